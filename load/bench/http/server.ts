/** A server under load, on one runtime. */
export interface Server {
  /** What requests are posted to. */
  readonly url: string;
  /** Whole header value; empty where none is needed. */
  readonly authorization: string;
  /** Of the server's own process. */
  readonly pid: number;
  /** Records that its log still has to write; 0 where it has none. */
  backlog(): Promise<number>;
  /** Resolves when nothing of what it was asked is left to do, so that the next sample has the machine alone. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}
