import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Secrets } from '../../core/secrets.ts';

interface Options {
  /** Any adapter; one for each Keyv. */
  store: KeyvStoreAdapter;
  namespace: string;
  secrets: Pick<Secrets, 'encrypt' | 'decrypt'>;
  /** Milliseconds an entry lives unless `set` says otherwise. Without it: until deleted. */
  ttl?: number;
}

/**
 * A Keyv whose values are sealed before they reach the adapter. Keys and times of expiry stay readable.
 * Its methods throw when the adapter fails (a plain Keyv answers "not there"), and reading throws when neither secret
 * opens the value.
 */
export function createEncryptedKeyv<Value>({ store, namespace, secrets, ttl }: Options): Keyv<Value> {
  const keyv = new Keyv<Value>({ store, namespace, throwOnErrors: true, ...(ttl === undefined ? {} : { ttl }) });
  const { serialize, deserialize } = keyv;
  if (!serialize || !deserialize) throw new Error('Expected a Keyv with its default serialisation, got one without');
  keyv.serialize = async (data) => secrets.encrypt(await serialize(data));
  keyv.deserialize = (sealed) => deserialize(secrets.decrypt(sealed));
  return keyv;
}
