import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, createClient, type Reply } from '../../client/client.ts';
import { fetchTransport } from '../../client/fetch-transport.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Scope } from '../../store/key-row.ts';
import { isAlias } from '../../store/registry-rows.ts';
import { ROOT } from '../build-worker.ts';
import { readServiceFile } from '../service-file.ts';

const USAGE = `usage: npm run model -- upload DIR --reason TEXT            a bundle's folder, by who may operate
       npm run model -- promote NAME HASH --reason TEXT    by a second person, who may approve
       npm run model -- rollback NAME HASH --reason TEXT   to what stood before, by who may operate
       npm run model -- registry                           what is in force, and what was uploaded
  --alias   production (the default), candidate, or a rung of the ladder: light, rules
  --url     the service; its key is then in MODEL_KEY, 'Bearer <id>.<secret>'. By default the one that npm start runs here`;

export const registryVerbs: readonly string[] = ['upload', 'promote', 'rollback', 'registry'];

/** The registry's verbs over the typed client. 0 where it was done, 1 where the service refused, 2 where it was not asked. */
export async function registryCommand(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        reason: { type: 'string', default: '' },
        alias: { type: 'string', default: 'production' },
        url: { type: 'string' },
      },
    });
    const [verb = '', first = '', second = ''] = positionals;
    const { reason, alias } = values;
    if (!isAlias(alias)) return explain();
    if (verb === 'registry') return told(await clientFor('observe', values.url).models());
    if (reason === '' || first === '') return explain();
    const change = { bundleHash: second, reason };
    switch (verb) {
      case 'upload':
        return told(await clientFor('operate', values.url).uploadModel({ ...filesOf(first), reason }));
      case 'promote':
        return told(await clientFor('approve', values.url).setAlias(first, alias, change));
      case 'rollback':
        return told(await clientFor('operate', values.url).setAlias(first, alias, change));
      default:
        return explain();
    }
  } catch (failure) {
    console.error(messageOf(failure));
    return 2;
  }
}

function explain(): number {
  console.error(USAGE);
  return 2;
}

function clientFor(scope: Scope, url: string | undefined): Client {
  const transport = fetchTransport(fetch);
  if (url !== undefined) {
    const authorization = process.env['MODEL_KEY'];
    if (!authorization) throw new Error('a service elsewhere needs MODEL_KEY');
    return createClient({ baseUrl: url, authorization, transport });
  }
  const service = readServiceFile(join(ROOT, '.local', 'service.json'));
  if (!service) throw new Error(`no service runs here; name its --url\n${USAGE}`);
  return createClient({ baseUrl: service.baseUrl, authorization: service.keys[scope], transport });
}

const filesOf = (directory: string) => ({
  manifest: readFileSync(join(directory, 'manifest.json'), 'utf8'),
  signature: readFileSync(join(directory, 'signature.json'), 'utf8'),
  model: readFileSync(join(directory, 'model.onnx')).toString('base64'),
});

function told(reply: Reply<unknown>): number {
  switch (reply.kind) {
    case 'ok':
      console.log(JSON.stringify(reply.value, null, 2));
      return 0;
    case 'problem':
      console.error(`refused: ${reply.problem.code}: ${reply.problem.detail ?? reply.problem.title}`);
      return 1;
    case 'unreachable':
      console.error(`the service did not answer, and may have done it: ${reply.detail}`);
      return 1;
  }
}
