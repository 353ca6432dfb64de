import { startHttpServer } from '../../src/sandbox/http-server.ts';

/** Stands before a simulator and answers 503 to what it is told to, so that one part of a service can be away alone. */
export interface FailingProxy {
  url: string;
  /** Which requests fail, by method and path; null: none. */
  fails: RegExp | null;
  close(): Promise<void>;
}

/** @param target where everything else goes, without a slash at the end */
export async function createFailingProxy(target: () => string): Promise<FailingProxy> {
  const server = await startHttpServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (proxy.fails?.test(`${request.method} ${request.url}`)) {
      response.writeHead(503).end();
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(`${target()}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(parts.length > 0 && { body: Buffer.concat(parts) }),
    });
    const passed = [...answer.headers].filter(
      ([name]) => !/^(content-(length|encoding)|transfer-encoding)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(passed));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  const proxy: FailingProxy = { url: server.url, fails: null, close: server.close };
  return proxy;
}
