import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { freePort } from '../../src/sandbox/http-server.ts';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';
import { commitOf, START } from './store-harness.ts';

const isPossible = canStartRedis('the store on Redis over TLS');
const folder = mkdtempSync(join(tmpdir(), 'tallybot-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!isPossible)('a Redis over TLS', () => {
  it('is believed only with a certificate that Node trusts', async () => {
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'certificate.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    execFileSync('openssl', ['req', '-x509', ...newKey, '-out', certificate, '-days', '2', ...subject], {
      stdio: 'ignore',
    });
    const port = await freePort();
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    const server = await startRedisServer(['--tls-port', `${port}`, ...files]);
    const trusted = getCACertificates('default');
    const url = `rediss://localhost:${port}`;
    try {
      await expect(createRedisStore({ url, now: () => START })).rejects.toThrow(/cannot be reached: self-signed/);
      setDefaultCACertificates([...trusted, readFileSync(certificate, 'utf8')]);
      const store = await createRedisStore({ url, now: () => START });
      expect(await store.commit(commitOf({}))).toBe(true);
      await store.close();
    } finally {
      setDefaultCACertificates(trusted);
      await server.close();
    }
  });
});
