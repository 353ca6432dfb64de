import { openConnection } from './connection.ts';
import { checkDurability } from './durability.ts';
import { createShards } from './shards.ts';
import { asTextOrNull } from './values.ts';

/**
 * Reads what a Redis is like and whose store it holds, without writing.
 * @param facts names of facts that a store may know
 * @throws Error that names the address when it cannot be reached
 */
export async function lookAtRedis(
  url: string,
  facts: readonly string[],
): Promise<{ description: string; problems: string[]; facts: Record<string, string | null> }> {
  const connection = await openConnection({ url });
  try {
    const shards = createShards('tallybot', connection.isCluster);
    const found = await Promise.all(
      facts.map(async (name) => {
        const key = shards.of(name).key('facts');
        return [name, asTextOrNull(await connection.send(key, ['HGET', key, name]))] as const;
      }),
    );
    return {
      description: connection.description,
      problems: await checkDurability({ connection }),
      facts: Object.fromEntries(found),
    };
  } finally {
    connection.close();
  }
}
