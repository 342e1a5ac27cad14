import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/optimize/report/report-page.ts';
import { writeReport } from '../../../src/optimize/report/write-report.ts';
import { fixtureReport } from './report-fixture.ts';

describe('writeReport', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('leaves the JSON and its page and nothing else, in a folder that it makes', async () => {
    const report = fixtureReport(3);
    const directory = join(folder, 'a', 'b');
    const written = await writeReport(directory, report);
    expect(written).toEqual({
      ok: true,
      value: { jsonFile: join(directory, 'report.json'), pageFile: join(directory, 'report.html') },
    });
    expect((await readdir(directory)).sort()).toEqual(['report.html', 'report.json']);
    expect(JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'))).toEqual(report);
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toBe(reportPage(report));
  });

  it('puts a new report in place of the old one', async () => {
    await writeReport(folder, fixtureReport(3));
    await writeReport(folder, fixtureReport(4));
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')).verdict.seed).toBe(4);
  });

  it('keeps the old file when the new one cannot be written, and says why', async () => {
    await writeFile(join(folder, 'report.json'), 'old');
    await mkdir(join(folder, 'report.json.new'));
    const written = await writeReport(folder, fixtureReport(3));
    expect(written).toEqual({ ok: false, error: expect.stringMatching(/report not written to .*EISDIR/) });
    expect(await readFile(join(folder, 'report.json'), 'utf8')).toBe('old');
  });
});
