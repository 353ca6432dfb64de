import { createSlackStage } from './platform-slack-stage.ts';

/** Lives a short life on a socket: connected, cut, connected anew, asked, closed. Whatever stays open keeps it alive. */
const stage = await createSlackStage({ transport: 'socket' });
const { sockets } = stage.slack;
const [first] = sockets.connections;
sockets.drop();
while (sockets.connections[0] === undefined || sockets.connections[0] === first) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const asked = stage.slack.user('U0ALICE').dm('why?');
await asked.waitFor((message) => message.text === 'done');
const openings = stage.slack.store.requests.filter((request) => request.method === 'apps.connections.open').length;
await stage.close();
process.stdout.write(`connected ${openings}, asked ${stage.turns.length}, closed\n`);
