import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type OpsAnswer, OpsProblem, type OpsRequest } from '../../core/ops/op.ts';
import type { OpsReply } from '../../web/ops-socket.ts';

/** Has the bot that runs on the store carry the command out. @returns null when no bot listens */
export async function askRunningBot(socketPath: string, asked: OpsRequest): Promise<OpsAnswer | null> {
  const answered = await send(socketPath, JSON.stringify(asked));
  if (answered === null) return null;
  const reply = JSON.parse(answered) as OpsReply;
  if (reply.kind === 'problem') throw new OpsProblem(reply.message);
  return reply.answer;
}

function send(socketPath: string, body: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath,
      path: '/',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    outgoing.once('response', (response) => text(response).then(resolve, reject));
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(error);
    });
    outgoing.end(body);
  });
}
