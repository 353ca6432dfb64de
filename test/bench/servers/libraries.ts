/** Imports what a bot on Slack and SQLite imports from others, and goes no further. */
await Promise.all([
  import('@slack/bolt'),
  import('dodopayments'),
  import('eventsource-parser'),
  import('express'),
  import('keyv'),
  import('lru-cache'),
  import('openai'),
  import('pino'),
  import('prom-client'),
  import('standardwebhooks'),
  import('zod'),
]);
// In order, so that what was compiled is kept for the next start.
process.on('SIGTERM', () => process.exit());
process.stdout.write('ready http://127.0.0.1:0\n');
setInterval(() => {}, 60_000);
