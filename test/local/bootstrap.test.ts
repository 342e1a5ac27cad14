import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bootstrapFile = join(import.meta.dirname, '../../src/local/bootstrap.mjs');

let root: string;

/** A project of two packages, and in npm's place a script that notes its arguments and installs what it is told. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ultrathink-bootstrap-'));
  mkdirSync(join(root, 'src/local'), { recursive: true });
  cpSync(bootstrapFile, join(root, 'src/local/bootstrap.mjs'));
  for (const command of ['launch', 'check']) {
    write(
      `src/local/${command}.ts`,
      'const args: string[] = process.argv.slice(2); console.log(String(args)); process.exitCode = 3;',
    );
  }
  writeLock({
    'node_modules/served': { version: '1.0.0' },
    'node_modules/linter': { version: '1.0.0', dev: true },
  });
  write(
    'npm-cli.js',
    `const fs = require('node:fs');
     const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8')).packages;
     const all = !process.argv.includes('--omit=dev');
     const kept = Object.entries(lock).filter(([path, entry]) => path !== '' && (all || !entry.dev));
     fs.mkdirSync('node_modules', { recursive: true });
     fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(kept) }));
     fs.appendFileSync('npm.log', (all ? 'all' : 'runtime') + ' ');`,
  );
});

afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, contents: string) => writeFileSync(join(root, path), contents);
const writeLock = (packages: Readonly<Record<string, object>>) =>
  write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
const installs = () =>
  existsSync(join(root, 'npm.log')) ? readFileSync(join(root, 'npm.log'), 'utf8').trim() : '';
const environment = () => ({ ...process.env, npm_execpath: join(root, 'npm-cli.js') });

function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const file = join(root, 'src/local/bootstrap.mjs');
    execFile(process.execPath, [file, ...args], { env: environment() }, (failure, stdout, stderr) => {
      resolve({ status: failure ? Number(failure.code) : 0, stdout, stderr });
    });
  });
}

describe('the bootstrap', () => {
  it("passes on the command's arguments and exit status", async () => {
    expect(await run('start', '--port', '9000')).toMatchObject({ status: 3, stdout: '--port,9000\n' });
  });

  it('installs only what runs the service for start, once', async () => {
    await run('start');
    await run('start');
    expect(installs()).toBe('runtime');
  });

  it('adds the development packages for a command that needs them, and keeps them afterwards', async () => {
    await run('start');
    await run('check');
    await run('start');
    expect(installs()).toBe('runtime all');
    writeLock({
      'node_modules/served': { version: '1.0.1' },
      'node_modules/linter': { version: '1.0.0', dev: true },
    });
    await run('start');
    expect(installs()).toBe('runtime all all');
  });

  it('installs again when the lock file names another version', async () => {
    await run('start');
    writeLock({ 'node_modules/served': { version: '2.0.0' } });
    await run('start');
    expect(installs()).toBe('runtime runtime');
  });

  it("does not wait for another platform's optional packages", async () => {
    writeLock({ 'node_modules/native': { version: '1.0.0', optional: true, os: ['sunos'], cpu: ['sparc'] } });
    await run('start');
    expect(installs()).toBe('');
  });

  it("says npm's reason first when npm fails", async () => {
    write(
      'npm-cli.js',
      "console.error('npm error code E404\\nnpm error 404 no such package'); process.exitCode = 1;",
    );
    const { status, stderr } = await run('start');
    expect(status).toBe(1);
    expect(stderr).toContain('npm could not install packages: 404 no such package\n');
  });

  it('names its commands when asked for another', async () => {
    const { status, stderr } = await run('fly');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^usage: npm run start \| test/);
  });

  it('passes on a signal, and ends when the command has ended', async () => {
    write(
      'src/local/launch.ts',
      "process.on('SIGTERM', () => process.exit(4)); setInterval(() => {}, 1000); console.log('up');",
    );
    const child = spawn(process.execPath, [join(root, 'src/local/bootstrap.mjs'), 'start'], {
      env: environment(),
    });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([4, null]);
  });
});
