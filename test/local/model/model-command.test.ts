import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/local/build-worker.ts';
import { compareEngines } from '../../../src/local/model/compare-engines.ts';
import { readRows } from '../../../src/local/model/model-rows.ts';
import type { RawEngine } from '../../../src/local/model/raw-engines.ts';
import { ulpDistance } from '../../../src/local/model/ulp-distance.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../../src/onnx/model-proto.ts';

const dir = mkdtempSync(join(tmpdir(), 'ultrathink-model-'));
afterAll(() => rmSync(dir, { recursive: true }));

function command(...args: readonly string[]) {
  const script = join(ROOT, 'src/local/model.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n'), stderr };
}

function written(name: string, text: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** One operator on rows of two. */
function modelOf(operator: string): string {
  const graph = new GraphBuilder('g');
  graph.floatOutput(graph.node(operator, 'y', [graph.floatInput('x', ['n', 2])]), ['n', 2]);
  return written(`${operator}.onnx`, encodeModel(graph.build()));
}

const forest = join(ROOT, 'test/fixtures/onnx/sklearn-forest-3.onnx');

describe('the model command', () => {
  it('compares both engines, and says in its last line how far apart and how fast they are', () => {
    const { status, lines } = command('compare', forest);
    expect(status).toBe(0);
    expect(lines.at(-2)).toBe('0 of 3000 numbers differ over 1000 rows');
    expect(lines.at(-1)).toMatch(/^largest difference 0 ulp; kernel [\d.]+ µs a row, ort [\d.]+ µs a row$/);
  });

  it('names the node that keeps the kernel from a model, which onnxruntime-web may still run', () => {
    const path = modelOf('Erf');
    const inspected = command('inspect', path);
    expect(inspected.status).toBe(0);
    expect(inspected.lines).toContain("kernel         does not: Erf 'y': the operator is not supported");
    expect(inspected.lines).toContain('ort            runs it');
    expect(command('compare', path)).toMatchObject({ status: 1, stderr: expect.stringContaining("Erf 'y'") });
  });

  it('runs the rows of a file, by either engine to the same numbers', () => {
    const model = modelOf('Sigmoid');
    const rows = written('rows.csv', 'a,b\n0,1\n-2.5,100\n');
    const byKernel = command('run', model, rows);
    expect(byKernel.lines[0]).toMatch(/^0.5,0.73105/);
    expect(byKernel.lines).toHaveLength(2);
    expect(byKernel.stderr).toContain('2 rows by kernel');
    expect(command('run', model, rows, '--engine', 'ort').lines).toEqual(byKernel.lines);
  });

  it.each([
    ['what is no model', [written('text.onnx', 'not a model')]],
    ['a file that is not there', [join(dir, 'missing.onnx')]],
    ['an output the model lacks', [forest, '--output', 'z']],
  ])('refuses %s in one line', (_, args) => {
    const { status, stderr } = command('inspect', ...args);
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('rows of a file', () => {
  it('may have a header, and missing values', () => {
    expect(readRows(written('some.csv', 'a,b\n1,\nNaN,-2e3\n'), 2)).toEqual({
      ok: true,
      value: Float32Array.of(1, Number.NaN, Number.NaN, -2000),
    });
  });

  it.each([
    ['1,2\n1,2,3\n', 'row 2: 3 cells and not 2'],
    ['1,2\n1,x\n', "row 2: 'x' is no number"],
    ['a,b\n', 'it holds no rows'],
  ])('are refused with their place: %j', (text, reason) => {
    const path = written('bad.csv', text);
    const read = readRows(path, 2);
    expect(read.ok ? '' : read.error).toContain(reason);
  });
});

describe('the distance of two answers', () => {
  it('is counted in f32 that lie between', () => {
    expect(ulpDistance(1, 1 + 2 ** -23)).toBe(1);
    expect(ulpDistance(-0, 0)).toBe(1);
    expect(ulpDistance(2 ** -149, -(2 ** -149))).toBe(3);
    expect(ulpDistance(Number.NaN, Number.NaN)).toBe(0);
    expect(ulpDistance(Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is found also where only a single row differs from the batch', async () => {
    const echo: RawEngine = { name: 'ort', run: async (rows) => rows.slice() };
    const odd: RawEngine = {
      name: 'kernel',
      run: async (rows, count) => (count === 1 && rows[0] === 3 ? Float32Array.of(4) : rows.slice()),
    };
    expect(await compareEngines(odd, echo, Float32Array.of(1, 2, 3, 5), 1)).toMatchObject({
      differing: 1,
      firstRow: 2,
      ulpMax: 2 ** 22,
    });
  });
});
