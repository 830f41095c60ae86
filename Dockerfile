# The two commands in a container:
#   docker build -t mirrorflow .
#   docker run --rm --init mirrorflow              trains CartPole-v1
#   docker run --rm --init mirrorflow npm test     runs the tests
FROM node:22-bookworm-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends chromium git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /home/node/mirrorflow

USER node
WORKDIR /home/node/mirrorflow
COPY --chown=node:node . .
# Sets up npm packages, dist/ and .venv.
RUN node --input-type=module --eval "(await import('./scripts/setup.mjs')).setUp()"

CMD ["npm", "start"]
