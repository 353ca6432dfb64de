import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../src/ports/store/redis/redis-url.ts';

describe('the URL of a Redis', () => {
  it.each([
    ['redis://localhost', { nodes: [{ host: 'localhost', port: 6379 }], tls: false, database: 0 }],
    ['redis://[::1]:7000/2', { nodes: [{ host: '::1', port: 7000 }], tls: false, database: 2 }],
    ['rediss://me:p%40ss@host:1', { nodes: [{ host: 'host', port: 1 }], tls: true, username: 'me', password: 'p@ss' }],
    ['redis://:secret@host', { nodes: [{ host: 'host', port: 6379 }], password: 'secret' }],
    [
      'rediss://me:pass@one:7000, two:7001,rediss://three',
      {
        nodes: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 7001 },
          { host: 'three', port: 6379 },
        ],
        tls: true,
        username: 'me',
        password: 'pass',
      },
    ],
  ])('is read: %s', (url, address) => {
    expect(parseRedisUrl(url)).toMatchObject(address);
  });

  it('is described without user and password', () => {
    expect(parseRedisUrl('redis://me:secret@one,two:7001').description).toBe('redis://one:6379,two:7001');
    expect(parseRedisUrl('redis://:secret@one/3').description).toBe('redis://one:6379/3');
  });

  it.each([
    ['', 'Expected a Redis URL'],
    ['localhost:6379', 'Expected a Redis URL'],
    ['http://:secret@host', 'Expected a Redis URL'],
    ['redis://:secret@host/name', 'to be the number of a database'],
    ['redis://one,rediss://two', 'to have the scheme redis://, got rediss://'],
    ['redis://one/1,two', 'Expected database 0 in the URL of a Redis Cluster'],
  ])('is refused, without being repeated: %j', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(message);
    expect(() => parseRedisUrl(url)).not.toThrow('secret');
  });
});
