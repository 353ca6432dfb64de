import type { webApi } from '@slack/bolt';
import type { CommandOption, CommandSpec } from '../../core/chat/chat.ts';
import { MESSAGE_EVENTS } from './event-listeners.ts';
import { EVENTS_PATH } from './http-receiver.ts';
import { INSTALL_EVENTS } from './install-events.ts';
import { REDIRECT_PATH } from './oauth-routes.ts';
import { BOT_SCOPES } from './scopes.ts';
import { shorten } from './slack-text.ts';

export type SlackManifest = webApi.AppsManifestCreateArguments['manifest'];

/** Source of the limits: https://docs.slack.dev/reference/app-manifest */
const MAX_NAME = 35;
const MAX_BOT_NAME = 80;
const MAX_DESCRIPTION = 2_000;

export interface ManifestFacts {
  brandName: string;
  /** Where the app is reached from outside. */
  baseUrl: string;
  /** Stands before every command's name. */
  prefix: string;
  /** `socket`: by Socket Mode, for which Slack needs no address. */
  transport: 'http' | 'socket';
}

/** The manifest from which Slack makes the app. */
export function slackManifest(specs: readonly CommandSpec[], facts: ManifestFacts): SlackManifest {
  const isSocket = facts.transport === 'socket';
  const eventsUrl = new URL(EVENTS_PATH, facts.baseUrl).href;
  const requestUrl = isSocket ? {} : { request_url: eventsUrl };
  const redirectUrl = new URL(REDIRECT_PATH, facts.baseUrl);
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name: shorten(facts.brandName, MAX_NAME),
      description: 'Answers questions with AI, paid by the token.',
    },
    features: {
      app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: botName(facts.brandName), always_online: true },
      slash_commands: specs.map((spec) => ({
        command: `/${facts.prefix}${spec.name}`,
        description: shorten(spec.description, MAX_DESCRIPTION),
        ...(isSocket ? {} : { url: eventsUrl }),
        should_escape: false,
        ...hintOf(spec.options[0]),
      })),
    },
    oauth_config: {
      // Slack takes https only; an app on a laptop has no such address, and none is needed for one workspace.
      ...(isSocket && redirectUrl.protocol !== 'https:' ? {} : { redirect_urls: [redirectUrl.href] }),
      scopes: { bot: [...BOT_SCOPES] },
    },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: [...MESSAGE_EVENTS, ...INSTALL_EVENTS] },
      interactivity: { is_enabled: true, ...requestUrl },
      org_deploy_enabled: true,
      socket_mode_enabled: isSocket,
      token_rotation_enabled: false,
    },
  };
}

/** Slack allows a-z, 0-9, `-`, `_` and `.` in the name of a bot user. */
function botName(brandName: string): string {
  const name = brandName
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name.slice(0, MAX_BOT_NAME) || 'tallybot';
}

function hintOf(option: CommandOption | undefined): { usage_hint?: string } {
  if (option === undefined) return {};
  const what = option.choices?.map((choice) => choice.value).join(' | ') ?? option.name;
  return { usage_hint: option.required ? `<${what}>` : `[${what}]` };
}
