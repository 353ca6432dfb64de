/** Preloaded into what is measured: tells the process that started it what is alive, garbage apart. */
process.on('message', async () => {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
  process.send?.(process.memoryUsage());
});
// That it may be asked is no reason to run on.
process.channel?.unref();
