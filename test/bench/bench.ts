import { startProcess } from './servers/start-process.ts';
import { benchWebhooks } from './sections/webhooks.ts';
const upstream = await startProcess('servers/upstream.ts', [JSON.stringify({ modelDelayMs: 0, dodoDelayMs: 0, pieces: 20 })], {});
console.log(await benchWebhooks(upstream.url));
await upstream.close();
