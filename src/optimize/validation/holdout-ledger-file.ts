import { appendFile, readFile } from 'node:fs/promises';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type HoldoutLedger, parseLedger } from './holdout-ledger.ts';

/** The ledger at `path`; empty where there is no file. One that is damaged or cannot be read is an error. */
export async function readHoldoutLedger(path: string): Promise<Result<HoldoutLedger, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return parseLedger('');
    return err(`${path}: ${messageOf(thrown)}`);
  }
  const ledger = parseLedger(text);
  return ledger.ok ? ledger : err(`${path}: ${ledger.error}`);
}

/**
 * Adds a line and waits until the disk has it. Of two writers at once the second breaks the chain, which the next
 * reader refuses.
 */
export async function appendLedgerLine(path: string, line: string): Promise<Result<undefined, string>> {
  try {
    await appendFile(path, `${line}\n`, { flush: true });
    return ok(undefined);
  } catch (thrown) {
    return err(`${path}: ${messageOf(thrown)}`);
  }
}
