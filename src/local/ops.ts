/** `npm run ops -- status|halt|…`: what operators do to a running service, over its API, or past it with `halt --direct`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, createClient, type SignRequest } from '../client/client.ts';
import { fetchTransport } from '../client/fetch-transport.ts';
import { signRequests } from '../client/sign-requests.ts';
import { messageOf } from '../core/message-of.ts';
import { nameOf } from '../risk/target.ts';
import type { Scope } from '../store/key-row.ts';
import { ROOT } from './build-worker.ts';
import { directHalt } from './ops/direct-halt.ts';
import { keepBeating } from './ops/keep-beating.ts';
import { makeHaltKey } from './ops/make-halt-key.ts';
import { performKeys } from './ops/perform-keys.ts';
import { performOverride } from './ops/perform-override.ts';
import { performVerb, scopeOf } from './ops/perform-verb.ts';
import { readTarget } from './ops/read-target.ts';
import { type Told, tellReply } from './ops/tell-reply.ts';
import { parseOrExplain } from './parse-or-explain.ts';
import { readServiceFile } from './service-file.ts';

const USAGE = `usage: npm run ops -- VERB [options]
  halt-key ID          makes a key for HALT_KEYS of the service: its entry there, and its secret, shown once
  status               the trading state, as each store has it and as it is in force
  halt [--direct]      the kill switch: no BUY or SELL leaves any more; --direct writes to both stores past the service
  reduce               only what reduces or closes a position leaves; a halt stays a halt
  resume               ends a halt or a reduction; two people have to where RESUME_APPROVALS is 2
  breakers             the circuit breakers, as the fleet has them
  trip NAME, reset NAME   opens one until it is reset; closes it and counts anew
  heartbeat [--every SECONDS]   an operator is there, for the dead man's switch; until Ctrl-C with --every
  verify               compares the log with its seals, by the service (past it: npm run audit -- verify)
  keys list            every key, without its secret
  keys create ID       --account NAME --scopes A,B --rate N --burst N; its secret is shown once
  keys limit ID        --rate N --burst N; lower at once, higher by as many people as a resume takes
  keys rotate ID       another secret, shown once; --overlap SECONDS: the one before is good for so long (0)
  keys revoke ID       good nowhere a second later, and never again
  override list        those that are good, and those that ended of late
  override approve     --account NAME --symbol NAME --action BUY|SELL --risk-max N --life SECONDS: one decision may pass the
                       risk limit so far; two people have to, to the letter, and the answer has the id that the request names
  override revoke ID   no decision uses it any more
  --target T     with halt, reduce and resume: account:NAME, strategy:NAME, model:NAME or symbol:NAME; by default global
  --reason TEXT  why, kept for good; all but halt and what only looks need it
  --epoch N      with resume: the epoch that it ends; by default the one in force now
  --url URL      the service, with --key KEY or OPS_KEY: 'HMAC-SHA256 <id>.<signing secret>', which signs
                 each request, or 'Bearer <id>.<secret>', which is sent; of scope operate, for resume, keys and override approve;
                 halt and reduce take a key of HALT_KEYS as well, which no store has to prove.
                 By default the one that npm start runs here
  --json         the whole answer
  --direct takes UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, TURSO_DATABASE_URL, TURSO_AUTH_TOKEN and RECEIPT_SECRET
  of the service from the environment; without them those of the one that npm start runs here
exit status: 0 done · 1 refused, not confirmed or not intact · 2 not asked: the command is wrong or no service is known`;

const unsaid = 'no reason was given';
const restrictive: ReadonlySet<string> = new Set(['halt', 'reduce']);
const targeted: ReadonlySet<string> = new Set([...restrictive, 'resume']);

process.exitCode = await main(process.argv.slice(2)).catch((failure: unknown) => {
  console.error(messageOf(failure));
  return 2;
});

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOrExplain(USAGE, () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        key: { type: 'string' },
        reason: { type: 'string' },
        epoch: { type: 'string' },
        account: { type: 'string' },
        scopes: { type: 'string' },
        rate: { type: 'string' },
        burst: { type: 'string' },
        overlap: { type: 'string' },
        symbol: { type: 'string' },
        action: { type: 'string' },
        'risk-max': { type: 'string' },
        life: { type: 'string' },
        target: { type: 'string' },
        every: { type: 'string' },
        json: { type: 'boolean', default: false },
        direct: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  const [verb = '', name = '', id = ''] = positionals;
  if (verb === 'halt-key' && !values.help) return print(makeHaltKey(name), values.json);
  const scope = scopeOf(verb);
  if (values.help || !scope) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  if (values.target !== undefined && !targeted.has(verb)) throw new Error(`${verb} takes no --target`);
  const target = readTarget(values.target);
  if (values.direct && verb === 'halt') return directHalt(target, values.reason ?? unsaid, values.json);
  const client = clientFor(verb, scope, { url: values.url, key: values.key });
  if (verb === 'keys') {
    const { account, scopes, rate, burst, overlap, reason } = values;
    const ask = { action: name, id, account, scopes, rate, burst, overlap, reason };
    return print(await performKeys(client, ask), values.json);
  }
  if (verb === 'override') {
    const { account, symbol, action: side, 'risk-max': riskMax, life, reason } = values;
    const ask = { action: name, id, account, symbol, side, riskMax, life, reason };
    return print(await performOverride(client, ask), values.json);
  }
  if (verb === 'heartbeat' && values.every !== undefined)
    return keepBeating(client, Number(values.every), (told) => print(told, values.json));
  // Nothing stands between a person and a halt, not even a missing reason.
  const reason = values.reason ?? (verb === 'halt' ? unsaid : undefined);
  const ask = { verb, name, target: nameOf(target), reason, epoch: values.epoch };
  return print(tellReply(verb, await performVerb(client, ask)), values.json);
}

function print({ done, lines, body }: Told, asJson: boolean): number {
  const write = done ? console.log : console.error;
  for (const line of asJson ? [JSON.stringify(body)] : lines) write(line);
  return done ? 0 : 1;
}

function clientFor(
  verb: string,
  scope: Scope,
  { url, key }: { readonly url: string | undefined; readonly key: string | undefined },
): Client {
  const transport = fetchTransport(fetch);
  const given = key ?? process.env['OPS_KEY'];
  if (url !== undefined) {
    if (!given) throw new Error('a service elsewhere needs --key or OPS_KEY');
    return createClient({ baseUrl: url.replace(/\/$/, ''), authorization: loginOf(verb, given), transport });
  }
  const service = readServiceFile(join(ROOT, '.local', 'service.json'));
  if (!service) throw new Error(`no service runs here; name its --url\n${USAGE}`);
  const own = restrictive.has(verb)
    ? service.haltKey
    : `HMAC-SHA256 local-${scope}.${service.signingSecrets[scope]}`;
  return createClient({ baseUrl: service.baseUrl, authorization: loginOf(verb, given ?? own), transport });
}

/** A key that is sent as it is, or one that signs. */
function loginOf(verb: string, key: string): string | SignRequest {
  const [, keyId, signingSecret] = /^HMAC-SHA256 ([\w-]+)\.([0-9a-f]{64})$/.exec(key) ?? [];
  if (keyId === undefined || signingSecret === undefined) return key;
  // A halt may come twice: it is signed for any clock that is off by half a minute at most.
  const mayComeTwice = restrictive.has(verb);
  const clock = { nowMs: () => Date.now() - (mayComeTwice ? 30_000 : 0) };
  return signRequests({ keyId, signingSecret, clock, recvWindowMs: mayComeTwice ? 60_000 : 5_000 });
}
