import type { Router } from 'express';
import type { Config } from '../config/config.ts';
import { createErasing } from '../core/account-page/erasing.ts';
import { createAccountExport } from '../core/account-page/export.ts';
import { createAccountViews } from '../core/account-page/view.ts';
import { newKey } from '../ports/crypto/new-key.ts';
import { createAccountRouter } from '../web/account/account-router.ts';
import type { Outside } from './outside.ts';
import type { AppServices } from './services.ts';

/** The account page over the services that the chat uses. */
export function createAccountPage(outside: Outside, services: AppServices, config: Config): Router {
  const { users, wallets, member, rules, moment } = services;
  const { store, clock, secrets, log } = outside;
  return createAccountRouter({
    ...member,
    wallets,
    door: member.accountDoor,
    views: createAccountViews({ users, store, alerts: member.alerts, usage: member.usage, rules, moment }),
    exportOf: createAccountExport({ users, store, clock }),
    erasing: createErasing({ users, clock }),
    mostCents: rules.overageCapCents,
    catalogue: rules.catalogue,
    secrets,
    log,
    newKey,
    baseUrl: config.baseUrl,
  });
}
