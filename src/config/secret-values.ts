import type { ConfigSecrets } from './config.ts';

/** Shorter than this, a value is no secret, and taking it out of texts would tear them. */
const SHORTEST = 8;

/** @returns every value among the secrets that no log may have; of the address of Redis its password */
export function valuesOf({ redisUrl, slackAuth, ...plain }: ConfigSecrets): string[] {
  const { clientId: _isPublic, ...slack } = { clientId: null, ...slackAuth };
  const values: (string | null)[] = [...Object.values(plain), ...Object.values(slack), ...passwordIn(redisUrl)];
  return values.filter((value) => value !== null && value.length >= SHORTEST) as string[];
}

/** As it is written in the address, and as it is. */
function passwordIn(address: string | null): string[] {
  if (address === null || !URL.canParse(address)) return [];
  const { password } = new URL(address);
  return [password, decodeURIComponent(password)];
}
