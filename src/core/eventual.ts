/**
 * What is here already, or comes later. Nearly everything that a decision asks for is here; an `async` function around it
 * makes a promise and takes a turn of the microtask queue all the same.
 */
export type Eventual<T> = T | Promise<T>;

/** What `next` makes of it, at once where it is here. What throws then throws here, and is no rejection. */
export const whenHere = <T, U>(value: Eventual<T>, next: (value: T) => Eventual<U>): Eventual<U> =>
  value instanceof Promise ? value.then(next) : next(value);
