import { resolve } from 'node:path';
import { type FileSystemOf, lookAtStore } from '../../app/look-at-store.ts';
import type { Config, ConfigSecrets } from '../../config/config.ts';
import { type Check, error, type Finding, warning } from './check.ts';

export interface StoreCheckOptions {
  config: Config;
  secrets: Pick<ConfigSecrets, 'redisUrl'>;
  /** null when it is not configured rightly. */
  entitlementId: string | null;
  /** Whose account the key of Dodo is for; null when Dodo could not be asked. */
  businessId(): Promise<string | null>;
  fileSystemOf: FileSystemOf | undefined;
}

/** Whether commits survive a crash, and whether the store is of this Dodo environment, business and entitlement. */
export function storeCheck({ config, secrets, entitlementId, businessId, fileSystemOf }: StoreCheckOptions): Check {
  return {
    id: 'store',
    title: 'Store',
    needs: ['DATABASE_PATH', 'REDIS_URL'],
    async run() {
      const where =
        secrets.redisUrl === null ? { databasePath: resolve(config.databasePath) } : { redisUrl: secrets.redisUrl };
      const configured = {
        dodo_environment: config.dodo.environment,
        credit_entitlement_id: entitlementId,
        dodo_business_id: await businessId(),
      };
      const { description, problems, placeProblem, facts } = await lookAtStore(
        where,
        Object.keys(configured),
        fileSystemOf,
      );
      return [
        ...problems.map((problem) => unsafe(description, problem, config.isUnsafeStoreAccepted)),
        ...(placeProblem === null ? [] : [badPlace(description, placeProblem)]),
        ...Object.entries(configured).flatMap(([name, value]) => {
          const known = facts[name] ?? null;
          return known === null || value === null || known === value
            ? []
            : [otherOwner(description, name, known, value)];
        }),
      ];
    },
  };
}

function unsafe(description: string, problem: string, isAccepted: boolean): Finding {
  return (isAccepted ? warning : error)({
    about: `the store ${description}`,
    expected: 'that a commit survives a crash',
    came: isAccepted ? 'one that loses commits, which REDIS_UNSAFE=yes allows' : 'one that loses commits',
    cure: problem,
    symptom: isAccepted ? 'after a crash members can spend tokens twice' : 'the bot does not start',
  });
}

function badPlace(description: string, problem: string): Finding {
  return warning({
    about: `the store ${description}`,
    expected: 'a file on a disk that stays',
    came: problem,
    cure: 'Set DATABASE_PATH to a file on a local disk, or in a volume of the container; or use Redis.',
    symptom: 'accounts, receipts and usage that waits are gone after a restart',
  });
}

function otherOwner(description: string, name: string, known: string, value: string): Finding {
  return error({
    about: `the store ${description}`,
    expected: `${name} ${known}, for which it was made`,
    came: value,
    cure: 'Set DATABASE_PATH to another file (or REDIS_URL to another database), or go back to the settings it was made with.',
    symptom: 'the bot does not start: balances of another account would be money lost',
  });
}
