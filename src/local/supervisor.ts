/**
 * What the launcher does when something happens, as a table of states without a single side effect. The rule
 * behind it: whatever ends the stack, decisions that were answered are written before the database goes.
 */
export type Part = 'service' | 'redis' | 'database';

export type Cause =
  | { readonly kind: 'signal' }
  | { readonly kind: 'crash'; readonly part: Part; readonly detail: string }
  | { readonly kind: 'failed-start'; readonly detail: string };

export type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  /** The service takes no new decision and writes what it has answered. */
  | { readonly kind: 'draining'; readonly cause: Cause; readonly databaseRestarted: boolean }
  | { readonly kind: 'stopping'; readonly cause: Cause }
  | { readonly kind: 'stopped'; readonly cause: Cause };

export type Event =
  | { readonly kind: 'ready' }
  | { readonly kind: 'signal' }
  | { readonly kind: 'failed-start'; readonly detail: string }
  | { readonly kind: 'exited'; readonly part: Part; readonly detail: string }
  /** The drain ended, well or not. */
  | { readonly kind: 'drained' }
  /** No part is left. */
  | { readonly kind: 'all-gone' };

/** `stop` ends every part; it may be asked for once only. */
export type Action = 'restart-database' | 'drain' | 'stop';

export interface Step {
  readonly state: State;
  /** To be done in this order. */
  readonly actions: readonly Action[];
}

/** The state after `event`, and what has to be done. An event that changes nothing answers the same state. */
export function next(state: State, event: Event): Step {
  switch (state.kind) {
    case 'starting':
      return whileStarting(state, event);
    case 'running':
      return whileRunning(state, event);
    case 'draining':
      return whileDraining(state, event);
    case 'stopping':
      return event.kind === 'all-gone' ? stay({ kind: 'stopped', cause: state.cause }) : stay(state);
    case 'stopped':
      return stay(state);
  }
}

/** 0 where a person ended it, 1 where anything else did. */
export function exitCode(cause: Cause): 0 | 1 {
  switch (cause.kind) {
    case 'signal':
      return 0;
    case 'crash':
    case 'failed-start':
      return 1;
  }
}

const stay = (state: State): Step => ({ state, actions: [] });

const stop = (cause: Cause): Step => ({ state: { kind: 'stopping', cause }, actions: ['stop'] });

/** Nothing was answered yet, so there is nothing to drain. */
function whileStarting(state: State, event: Event): Step {
  switch (event.kind) {
    case 'ready':
      return stay({ kind: 'running' });
    case 'signal':
      return stop({ kind: 'signal' });
    case 'failed-start':
      return stop({ kind: 'failed-start', detail: event.detail });
    case 'exited':
      return stop({ kind: 'crash', part: event.part, detail: event.detail });
    case 'drained':
    case 'all-gone':
      return stay(state);
  }
}

function whileRunning(state: State, event: Event): Step {
  switch (event.kind) {
    case 'signal':
      return drain({ kind: 'signal' }, ['drain']);
    case 'exited':
      return afterCrash({ kind: 'crash', part: event.part, detail: event.detail });
    case 'ready':
    case 'failed-start':
    case 'drained':
    case 'all-gone':
      return stay(state);
  }
}

function afterCrash(cause: Cause & { kind: 'crash' }): Step {
  switch (cause.part) {
    case 'service':
      return stop(cause);
    case 'redis':
      return drain(cause, ['drain']);
    case 'database':
      return drain(cause, ['restart-database', 'drain']);
  }
}

function drain(cause: Cause, actions: readonly Action[]): Step {
  const databaseRestarted = actions.includes('restart-database');
  return { state: { kind: 'draining', cause, databaseRestarted }, actions };
}

/** A second signal changes nothing: a terminal, npm and the bootstrap each pass on the same Ctrl-C. */
function whileDraining(state: State & { kind: 'draining' }, event: Event): Step {
  switch (event.kind) {
    case 'drained':
      return stop(state.cause);
    case 'exited':
      if (event.part === 'service') return stop(state.cause);
      if (event.part === 'redis' || state.databaseRestarted) return stay(state);
      return { state: { ...state, databaseRestarted: true }, actions: ['restart-database'] };
    case 'ready':
    case 'signal':
    case 'failed-start':
    case 'all-gone':
      return stay(state);
  }
}
