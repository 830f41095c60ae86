import { capability, Router, type SocketOptions } from 'zeromq';

/** Replies to a client that ZeroMQ keeps; what is more waits in the client's `ReplyQueue`. */
const REPLIES = 8;
/** Messages of a client that ZeroMQ keeps; then it reads no more of that connection. */
const REQUESTS = 64;
/** ZMQ_ROUTER_NOTIFY with ZMQ_NOTIFY_DISCONNECT. */
const [ROUTER_NOTIFY, NOTIFY_DISCONNECT] = [97, 2];

/**
 * The socket of a server. The end of a connection arrives as a message of one empty frame (where zeromq.js was built without this, the lease
 * must do); a reply that cannot be sent now is an error at once, not a wait of all clients for one.
 */
export function makeSocket(maxMessageSize: number): Router {
  return new NotifyingRouter({
    linger: 200,
    maxMessageSize,
    receiveHighWaterMark: REQUESTS,
    sendHighWaterMark: REPLIES,
    mandatory: true,
    sendTimeout: 0,
  });
}

class NotifyingRouter extends Router {
  constructor(options: SocketOptions<Router>) {
    super(options);
    if (capability.draft) this.setInt32Option(ROUTER_NOTIFY, NOTIFY_DISCONNECT);
  }
}
