/** Imports what a bot on Slack and SQLite imports from others, and ends there. */
await Promise.all([
  import('@slack/bolt'),
  import('dodopayments'),
  import('express'),
  import('keyv'),
  import('openai'),
  import('pino'),
  import('prom-client'),
  import('zod'),
]);
process.stdout.write('ready http://127.0.0.1:0\n');
setInterval(() => {}, 60_000);
