import type { Config, ConfigSecrets } from '../../config/config.ts';
import type { Log } from '../../core/log.ts';
import { createClientOptions } from '../../platform/slack/client-options.ts';
import { readIdentity, socketProblem } from '../../platform/slack/inspect.ts';
import { BOT_SCOPES } from '../../platform/slack/scopes.ts';
import { type Check, error, type Finding, once, orSkip, Skipped, warning } from './check.ts';

const PAGE = 'https://api.slack.com/apps, the app,';
const REINSTALL = `Paste the manifest that \`npm run register\` prints into "App Manifest" at ${PAGE} and install the app again ("Install App").`;

export interface SlackChecksOptions {
  slack: Config['slack'];
  secrets: Pick<ConfigSecrets, 'slackAuth' | 'slackAppToken' | 'slackSigningSecret'>;
  log: Log;
}

/** Whose the bot token is and what it may do, and how requests come. */
export function slackChecks({ slack, secrets, log }: SlackChecksOptions): Check[] {
  const options = () => {
    if (slack === null || secrets.slackAuth === null) throw new Skipped('Slack is not configured');
    return createClientOptions(slack.apiUrl, log);
  };
  const identity = once(async () => {
    const clientOptions = options();
    if (secrets.slackAuth === null || !('botToken' in secrets.slackAuth)) {
      throw new Skipped('with SLACK_CLIENT_ID each workspace has a token of its own');
    }
    return readIdentity(secrets.slackAuth.botToken, clientOptions);
  });

  return [
    {
      id: 'slack-token',
      title: 'Slack: bot token',
      needs: ['SLACK_BOT_TOKEN'],
      async run() {
        const found = await identity();
        return found?.isBot === true
          ? []
          : [tokenFinding(found === null ? 'one that Slack does not know' : 'one of a person')];
      },
    },
    {
      id: 'slack-scopes',
      title: 'Slack: scopes',
      needs: ['SLACK_BOT_TOKEN'],
      async run() {
        const found = await orSkip(identity(), "Slack's token does not work, see above");
        if (found?.isBot !== true) throw new Skipped("Slack's token does not work, see above");
        return scopeFindings(found.scopes);
      },
    },
    {
      id: 'slack-connection',
      title: 'Slack: Socket Mode',
      needs: ['SLACK_APP_TOKEN'],
      async run() {
        const clientOptions = options();
        if (secrets.slackAppToken === null) throw new Skipped('Slack sends requests to the bot');
        const problem = await socketProblem(secrets.slackAppToken, clientOptions);
        return problem === null ? [] : [socketFinding(problem)];
      },
    },
  ];
}

function tokenFinding(came: string): Finding {
  return error({
    about: 'SLACK_BOT_TOKEN',
    expected: "a bot's token (xoxb-…) of an installed app",
    came,
    cure: `Install the app at ${PAGE} "Install App", and set SLACK_BOT_TOKEN to the "Bot User OAuth Token".`,
    symptom: 'the bot does not answer on Slack',
  });
}

function scopeFindings(scopes: readonly string[] | null): Finding[] {
  if (scopes === null) {
    return [
      warning({
        about: 'the scopes of SLACK_BOT_TOKEN',
        expected: BOT_SCOPES.join(', '),
        came: 'an answer that does not tell them',
        cure: `Compare them at ${PAGE} "OAuth & Permissions".`,
      }),
    ];
  }
  const missing = BOT_SCOPES.filter((scope) => !scopes.includes(scope));
  const more = scopes.filter((scope) => !BOT_SCOPES.some((wanted) => wanted === scope));
  return [
    ...(missing.length === 0
      ? []
      : [
          error({
            about: 'the scopes of SLACK_BOT_TOKEN',
            expected: BOT_SCOPES.join(', '),
            came: `none of ${missing.join(', ')}`,
            cure: REINSTALL,
            symptom: 'commands, mentions or messages of the bot fail with missing_scope',
          }),
        ]),
    ...(more.length === 0
      ? []
      : [
          warning({
            about: 'the scopes of SLACK_BOT_TOKEN',
            expected: `only ${BOT_SCOPES.join(', ')}`,
            came: `${more.join(', ')} as well`,
            cure: `The bot does not use them: take them away. ${REINSTALL}`,
          }),
        ]),
  ];
}

function socketFinding(problem: string): Finding {
  return error({
    about: 'SLACK_APP_TOKEN',
    expected: 'an app-level token (xapp-…) with which Slack connects',
    came: 'one that it refuses',
    cure: problem,
    symptom: 'the bot hears nothing on Slack',
  });
}
