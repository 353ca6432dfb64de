/**
 * Run by `npm ci`: loads what a bot may load, and ends, so that its first start finds everything compiled. Nothing is
 * started, read or asked.
 */
const [{ createTokenCounter }] = await Promise.all([
  import('../ports/openai/count-tokens.ts'),
  import('../app.ts'),
  import('../app/account-page.ts'),
  import('../app/discord-part.ts'),
  import('../app/signals.ts'),
  import('../app/slack-part.ts'),
  import('../config/config.ts'),
  import('../config/secret-values.ts'),
  import('../core/ops/all-ops.ts'),
  import('../ports/log/pino-log.ts'),
  import('../ports/store/keyv-redis.ts'),
  import('../ports/store/redis/durability.ts'),
  import('../ports/store/redis/redis-store.ts'),
]);
createTokenCounter()('The tables of the tokenizer are loaded by the first text.');
// Some libraries keep timers.
process.exit();
