import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/manifest.ts';
import { ROOT } from '../build-worker.ts';

const RELEASE_USAGE = `usage: npm run model -- release FILE.onnx --features a,b,… --symbols A,B,… --interval 1d
         --calendar XNYS|24x7 --target TEXT --rows rows.csv [options]
  --features  of the model's columns in their order, by the names of the feature set
  --target    what label 1 of the direction means, for people
  --rows      rows as the model was trained on: a column a feature, 'label' and, with a risk head, 'risk_label', each 0 or
              1, and 'date' where there is one. The domain is their range; the policy and how well the scores are
              probabilities are measured on them
  --labels    'none' where nobody knows outcomes: the bundle then says that its calibration was not measured
  --name      of the model, the file's by default
  --heads     direction (the default) or direction,risk
  --output    name of the f32 output that holds the scores, the graph's last by default
  --columns   of that output, one a head; by default all, and of a classifier of two classes the second
  --acting-share            share of the rows that the policy makes BUY, and SELL, 0.1 by default
  --buy-at-least, --sell-at-most  the policy's bounds themselves, both or neither
  --risk-hold-at-least      the risk from which nothing opens
  --purpose   test (the default: served only where ENVIRONMENT is local) or production
  --out       directory the bundle's folder is written to, .local/bundles by default`;

/** What somebody says of a model that they bring. */
export interface ReleaseOptions {
  readonly path: string;
  readonly name: string;
  readonly purpose: Manifest['purpose'];
  readonly features: readonly string[];
  readonly symbols: readonly string[];
  readonly interval: Manifest['interval'];
  readonly calendar: Manifest['calendar'];
  readonly target: string;
  readonly heads: Manifest['heads'];
  readonly rowsPath: string;
  /** Whether the rows have to say what came. */
  readonly isLabelled: boolean;
  /** Undefined: the graph's last. */
  readonly output: string | undefined;
  /** Undefined: by the output's width. */
  readonly columns: readonly number[] | undefined;
  readonly actingShare: number;
  readonly bounds: Pick<Manifest['policy'], 'buyAtLeast' | 'sellAtMost'> | undefined;
  readonly riskHoldAtLeast: number | undefined;
  readonly outDir: string;
}

const text = { type: 'string' } as const;
const said = ['features', 'symbols', 'interval', 'calendar', 'target', 'rows'] as const;

/** What the arguments after `release` say, or everything that they do not. */
export function readReleaseOptions(args: readonly string[]): Result<ReleaseOptions, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        features: text,
        symbols: text,
        interval: text,
        calendar: text,
        target: text,
        rows: text,
        labels: text,
        name: text,
        heads: { type: 'string', default: 'direction' },
        output: text,
        columns: text,
        'acting-share': { type: 'string', default: '0.1' },
        'buy-at-least': text,
        'sell-at-most': text,
        'risk-hold-at-least': text,
        purpose: { type: 'string', default: 'test' },
        out: { type: 'string', default: join(ROOT, '.local', 'bundles') },
      },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) return err(RELEASE_USAGE);
    return optionsOf(path, values);
  } catch (failure) {
    return err(`${messageOf(failure)}\n${RELEASE_USAGE}`);
  }
}

type Values = Readonly<Record<string, string | undefined>>;

function optionsOf(path: string, values: Values): Result<ReleaseOptions, string> {
  const missing = said.filter((name) => (values[name] ?? '') === '').map((name) => `--${name} is not said`);
  const faults = [...missing, ...choiceFaults(values), ...numberFaults(values)];
  if (faults.length > 0) return err(`${faults.join('\n')}\n${RELEASE_USAGE}`);
  const name = values['name'] ?? basename(path, extname(path)).toLowerCase();
  const columns = values['columns'];
  return ok({
    path,
    name,
    purpose: values['purpose'] === 'production' ? 'production' : 'test',
    features: listOf(values['features']),
    symbols: listOf(values['symbols']),
    interval: '1d',
    calendar: values['calendar'] === 'XNYS' ? 'XNYS' : '24x7',
    target: values['target'] ?? '',
    heads: values['heads'] === 'direction' ? ['direction'] : ['direction', 'risk'],
    rowsPath: values['rows'] ?? '',
    isLabelled: values['labels'] === undefined,
    output: values['output'],
    columns: columns === undefined ? undefined : listOf(columns).map(Number),
    actingShare: Number(values['acting-share']),
    bounds:
      values['buy-at-least'] === undefined
        ? undefined
        : { buyAtLeast: Number(values['buy-at-least']), sellAtMost: Number(values['sell-at-most']) },
    riskHoldAtLeast:
      values['risk-hold-at-least'] === undefined ? undefined : Number(values['risk-hold-at-least']),
    outDir: resolve(values['out'] ?? ''),
  });
}

const listOf = (list = ''): readonly string[] => list.split(',').map((part) => part.trim());

const choices: Readonly<Record<string, readonly string[]>> = {
  interval: ['1d'],
  calendar: ['XNYS', '24x7'],
  heads: ['direction', 'direction,risk'],
  purpose: ['test', 'production'],
  labels: ['none'],
};

const choiceFaults = (values: Values): readonly string[] =>
  Object.entries(choices)
    .filter(([name, allowed]) => values[name] !== undefined && !allowed.includes(values[name]))
    .map(([name, allowed]) => `--${name} takes ${allowed.join(' or ')}`);

function numberFaults(values: Values): readonly string[] {
  const faults = ['acting-share', 'buy-at-least', 'sell-at-most', 'risk-hold-at-least']
    .filter((name) => values[name] !== undefined && !isShare(values[name]))
    .map((name) => `--${name} takes a number from 0 to 1`);
  if ((values['buy-at-least'] === undefined) !== (values['sell-at-most'] === undefined))
    faults.push('--buy-at-least and --sell-at-most are said together');
  if (values['columns'] !== undefined && !listOf(values['columns']).every((part) => /^\d{1,4}$/.test(part)))
    faults.push('--columns takes numbers from 0 on');
  return faults;
}

const isShare = (given: string): boolean => given.trim() !== '' && Number(given) >= 0 && Number(given) <= 1;
