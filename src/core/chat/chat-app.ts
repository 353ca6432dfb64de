import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock } from '../time.ts';
import { askIdOf } from '../wallets/identity.ts';
import type { ChatApp, Responder, Turn } from './chat.ts';
import { PlatformError } from './chat.ts';
import type { Command, CommandContext, CommandForm, Services } from './command.ts';
import { failureText } from './failure-text.ts';
import { checkForm } from './form.ts';
import { noticeReply } from './notice-text.ts';
import { ToldFailure } from './told-failure.ts';
import { watchResponder } from './watch-platform.ts';

export interface ChatAppDeps {
  commands: readonly Command[];
  services: Services;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/**
 * Takes turns from the platforms to the commands, and tells the member what went wrong.
 * @throws RangeError for a form that no platform would show
 */
export function createChatApp(deps: ChatAppDeps): ChatApp {
  const { commands, services } = deps;
  const byName = new Map(commands.map((command) => [command.name, command]));
  const actions = new Map(commands.flatMap((command) => Object.entries(command.actions ?? {})));
  const forms = new Map(commands.flatMap((command) => Object.entries(command.forms ?? {})));
  for (const [action, { form }] of forms) checkForm({ action, ...form(services) });

  async function take(
    what: string,
    turn: Turn,
    plain: Responder,
    run: (context: CommandContext) => Promise<void>,
  ): Promise<void> {
    let isFormOpen = false;
    const watched = watchResponder(plain, turn.by.platform, deps);
    const openForm: Responder['openForm'] = async (form) => {
      await watched.openForm(form);
      isFormOpen = true;
    };
    const responder = { ...watched, openForm };
    try {
      await run({ turn, responder, services });
    } catch (error) {
      return tellFailure(what, turn, responder, error);
    }
    if (isFormOpen) return;
    // What the member asked for is done and paid: that it failed must not be said now.
    await showWaitingNotices(services, turn, responder).catch((error: unknown) => {
      deps.log.warn({ err: error, cause: turn.cause }, 'notices could not be shown; they go on waiting');
    });
  }

  async function tellFailure(what: string, turn: Turn, responder: Responder, error: unknown): Promise<void> {
    const { platform } = turn.by;
    const ask =
      what === '/ask' ? { askId: askIdOf(services.rules.hash, platform, turn.cause, turn.causedAt ?? null) } : {};
    deps.log.error({ err: error, what, platform, cause: turn.cause, ...ask }, 'a turn failed');
    const fault = error instanceof ToldFailure ? error.cause : error;
    if (fault instanceof PlatformError) deps.metrics.count('platform_faults');
    try {
      await responder.reply({ text: failureText(error) });
    } catch (unreachable) {
      deps.log.warn({ err: unreachable, what, cause: turn.cause }, 'the member could not be told');
    }
  }

  async function open(action: string, { form, instead }: CommandForm, context: CommandContext): Promise<void> {
    const { responder, services, turn } = context;
    try {
      await responder.openForm({ action, ...form(services) });
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      deps.log.info({ err: error, cause: turn.cause }, 'a form could not be opened');
      await responder.reply({ text: `The form could not be opened. ${instead}` });
    }
  }

  return {
    commands,
    command: (name, options, turn, responder) =>
      take(`/${name}`, turn, responder, async (context) => {
        const command = byName.get(name);
        if (command === undefined) {
          await responder.reply({ text: `There is no command /${name} here. See /help.` });
          return;
        }
        await command.run(context, options);
      }),
    action: (action, turn, responder) =>
      take(action, turn, responder, async (context) => {
        // What follows a tilde marks the message that the button stands in.
        const [plain = ''] = action.split('~');
        const [name = '', argument = ''] = plain.split(':');
        const form = forms.get(name);
        if (form !== undefined) return open(name, form, context);
        const run = actions.get(name);
        if (run !== undefined) return run(context, argument);
        await tellOutdated('button', context);
      }),
    submit: (action, values, turn, responder) =>
      take(action, turn, responder, async (context) => {
        const form = forms.get(action);
        if (form !== undefined) return form.submit(context, values);
        await tellOutdated('form', context);
      }),
  };
}

async function tellOutdated(what: 'button' | 'form', { responder }: CommandContext): Promise<void> {
  await responder.reply({ text: `This ${what} is from an older version and does nothing any more. See /help.` });
}

/** What no DM could bring is told here, privately; forgotten only after it was shown. */
async function showWaitingNotices(services: Services, turn: Turn, responder: Responder): Promise<void> {
  const waiting = await services.wallet.waitingNotices(turn.by);
  if (waiting.length === 0) return;
  for (const notice of waiting) await responder.reply(noticeReply(notice, services.brand));
  await services.wallet.noticesShown(
    turn.by,
    waiting.map((notice) => notice.id),
  );
}
