"""Records a Minari data set with an agent's policy and reads it back. Needs `pip install "minari[create,hdf5]" pillow`.

Run: python examples/minari_collect.py CHECKPOINT DATASET_ID, with an id such as cartpole/mirrorflow-v0. The data set
goes to Minari's folder (MINARI_DATASETS_PATH); an id that is there already is refused.
"""

import sys

import gymnasium as gym
import minari
from mirrorflow_bridge.agent import RemoteAgent

EPISODES = 10


def record(agent: RemoteAgent, dataset_id: str) -> list[float]:
    """Play episodes by draws of the policy, from the seeds 0, 1, …, and keep them; their returns."""
    env = minari.DataCollector(gym.make(agent.info["env"]))
    returns = []
    for seed in range(EPISODES):
        obs, _ = env.reset(seed=seed)
        total, ended = 0.0, False
        while not ended:
            action, _ = agent.predict(obs)
            obs, reward, terminated, truncated, _ = env.step(int(action) if action.ndim == 0 else action)
            total += float(reward)
            ended = terminated or truncated
        returns.append(total)
    env.create_dataset(dataset_id, algorithm_name="mirrorflow", description="draws of the policy")
    env.close()
    return returns


def read(dataset_id: str) -> list[float]:
    """The returns of the episodes of a data set.

    Raises:
        ValueError: an episode of n steps has not n actions, rewards and flags and n + 1 observations.
    """
    returns = []
    for episode in minari.load_dataset(dataset_id).iterate_episodes():
        counts = [len(x) for x in (episode.actions, episode.rewards, episode.terminations, episode.truncations)]
        # The last observation is the one that the episode ended with.
        counts.append(len(episode.observations) - 1)
        if set(counts) != {len(episode)}:
            raise ValueError(f"episode {episode.id} of {dataset_id} has {counts} entries; expected {len(episode)}.")
        returns.append(sum(episode.rewards.tolist()))  # in the order in which they came
    return returns


def main() -> None:
    """Record by the checkpoint of the command line, read back and compare."""
    checkpoint, dataset_id = sys.argv[1:]
    with RemoteAgent.load(checkpoint) as agent:
        recorded = record(agent, dataset_id)
    back = read(dataset_id)
    print(f"recorded {recorded}\nread     {back}")
    if recorded != back:
        raise SystemExit(f"{dataset_id} does not have the returns that were seen while it was recorded.")


if __name__ == "__main__":
    main()
