/** Where Redis is, as the operator's URL tells it. */
export interface RedisAddress {
  nodes: readonly { host: string; port: number }[];
  tls: boolean;
  username?: string;
  password?: string;
  database: number;
  /** For messages: the URL without user and password. */
  description: string;
}

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, or the nodes of a Redis Cluster with
 * commas between them: `redis://user:password@one:6379,two:6379`. Scheme, user and password are those of the first.
 * (https://www.iana.org/assignments/uri-schemes/prov/redis)
 * @throws Error that says what was expected; it never repeats the URL, which holds the password
 */
export function parseRedisUrl(text: string): RedisAddress {
  const parts = text.split(',').map((part) => part.trim());
  const first = parseUrl(parts[0] ?? '');
  const scheme = first.protocol;
  const others = parts.slice(1).map((part) => parseUrl(part.includes('://') ? part : `${scheme}//${part}`));
  const urls = [first, ...others];
  for (const url of urls)
    if (url.protocol !== scheme)
      throw new Error(`Expected all nodes of the Redis URL to have the scheme ${scheme}//, got ${url.protocol}//`);
  const database = databaseOf(first);
  if (database !== 0 && urls.length > 1)
    throw new Error(`Expected database 0 in the URL of a Redis Cluster, which has no other, got ${database}`);
  const nodes = urls.map((url) => ({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
  }));
  const hosts = urls.map((url) => `${url.hostname}:${url.port === '' ? 6379 : url.port}`).join(',');
  return {
    nodes,
    tls: scheme === 'rediss:',
    ...(first.username === '' ? {} : { username: decodeURIComponent(first.username) }),
    ...(first.password === '' ? {} : { password: decodeURIComponent(first.password) }),
    database,
    description: `${scheme}//${hosts}${database === 0 ? '' : `/${database}`}`,
  };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '')
    throw new Error(
      'Expected a Redis URL: redis://host:6379, rediss:// for TLS, a cluster as redis://one:6379,two:6379',
    );
  return url;
}

function databaseOf(url: URL): number {
  const path = url.pathname.replace(/^\//, '');
  const database = path === '' ? 0 : Number(path);
  if (!Number.isInteger(database) || database < 0)
    throw new Error('Expected the path of the Redis URL to be the number of a database, as in redis://host:6379/1');
  return database;
}
