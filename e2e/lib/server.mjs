// Starts MIL for a journey: on a free port, with a directory of its own, and
// ends it afterwards.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
export const binary = process.env.MIL_BINARY ?? join(target, 'debug', 'mil');

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** An empty PostgreSQL database on the test server, and how to drop it. */
function database(name) {
  const url = new URL(process.env.MIL_TEST_POSTGRES);
  const psql = (text) => execFileSync('psql', ['-X', '-q', '-c', text, url.href], { stdio: 'pipe' });
  psql(`DROP DATABASE IF EXISTS ${name}`);
  psql(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => psql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * Start `mil serve` or `mil demo`.
 * @param {'serve' | 'demo'} command
 * @param {{ postgres?: boolean }} options
 */
export async function start(command, { postgres = false } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'mil-e2e-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const db = postgres ? database(`mil_e2e_${process.pid}_${port}`) : undefined;
  const args = [command, '--listen', `127.0.0.1:${port}`, '--data-dir', dir];
  if (db) args.push('--database-url', db.url);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MIL_')));
  const child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { words += data; });
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 'signal')));

  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const code = await ended;
    clearTimeout(late);
    db?.drop();
    rmSync(dir, { recursive: true, force: true });
    return code;
  };

  const deadline = Date.now() + 120_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mil ${command} ended with ${child.exitCode}:\n${words}`);
    try {
      if ((await fetch(`${origin}/health/ready`)).ok) break;
    } catch { /* not listening yet */ }
    if (Date.now() > deadline) { await stop(); throw new Error(`mil ${command} did not get ready:\n${words}`); }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { origin, dir, stop, words: () => words };
}
