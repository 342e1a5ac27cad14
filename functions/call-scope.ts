import type { RequestScope } from '../src/runtime.ts';

/**
 * What a request brings beside itself. Its peer's address is asked for by few requests, and not free, so it is told when it is
 * wanted; a class, since V8 makes an object with a getter of its own by a call out of compiled code.
 */
export class CallScope implements RequestScope {
  readonly waitUntil: RequestScope['waitUntil'];
  readonly #askAddress: () => string;

  constructor(waitUntil: RequestScope['waitUntil'], askAddress: () => string) {
    this.waitUntil = waitUntil;
    this.#askAddress = askAddress;
  }

  get clientAddress(): string {
    return this.#askAddress();
  }
}
