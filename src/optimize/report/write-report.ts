import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { OptimizationReport } from '../optimization-report.ts';
import { reportPage } from './report-page.ts';

export interface WrittenReport {
  readonly jsonFile: string;
  readonly pageFile: string;
}

/**
 * Writes `report.json` and `report.html` into the folder, which is made where it is missing. Each file appears
 * whole or stays what it was; the JSON is written first, so a page never tells of numbers that are not beside it.
 * The error names the file system's complaint.
 */
export async function writeReport(
  directory: string,
  report: OptimizationReport,
): Promise<Result<WrittenReport, string>> {
  const jsonFile = join(directory, 'report.json');
  const pageFile = join(directory, 'report.html');
  const page = reportPage(report);
  try {
    await mkdir(directory, { recursive: true });
    await writeWhole(jsonFile, `${JSON.stringify(report, null, 1)}\n`);
    await writeWhole(pageFile, page);
  } catch (cause) {
    return err(`report not written to ${directory}: ${messageOf(cause)}`);
  }
  return ok({ jsonFile, pageFile });
}

async function writeWhole(file: string, contents: string): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, contents);
  await rename(draft, file);
}
