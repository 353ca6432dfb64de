import type { Metrics } from '../metrics.ts';
import { type Clock, SECOND } from '../time.ts';
import { type AnswerView, type Messenger, PlatformError, type PlatformName, type Responder } from './chat.ts';

/** Times the first thing that the platform takes of a turn, and counts what it does not take. */
export function watchResponder(
  responder: Responder,
  platform: PlatformName,
  { clock, metrics }: { clock: Clock; metrics: Metrics },
): Responder {
  const begunAt = clock();
  let isHeard = false;

  async function watched<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = await counted(metrics, platform, call);
    if (!isHeard) metrics.observe('acknowledge_seconds', { platform }, (clock() - begunAt) / SECOND);
    isHeard = true;
    return result;
  }

  return {
    acknowledge: (visibility) => watched(() => responder.acknowledge(visibility)),
    reply: (reply) => watched(() => responder.reply(reply)),
    openForm: (form) => watched(() => responder.openForm(form)),
    openAnswer: async (placeholder) => {
      const view = await watched(() => responder.openAnswer(placeholder));
      return watchAnswer(view, (call) => counted(metrics, platform, call));
    },
  };
}

/** Edits in between are not counted: the next one shows the same and more. */
function watchAnswer(view: AnswerView, watched: (call: () => Promise<void>) => Promise<void>): AnswerView {
  return {
    get handle() {
      return view.handle;
    },
    show: (text, mayWrite) => view.show(text, mayWrite),
    finish: (text, footer) => watched(() => view.finish(text, footer)),
  };
}

/** Counts the DMs and closings that the platform does not take. */
export function watchMessenger(messenger: Messenger, metrics: Metrics): Messenger {
  const { platform } = messenger;
  return {
    platform,
    async direct(to, notice, lookFirst) {
      try {
        return await counted(metrics, platform, () => messenger.direct(to, notice, lookFirst));
      } catch (error) {
        if (error instanceof PlatformError) metrics.countBy('dm_failures', { platform, fault: error.fault });
        throw error;
      }
    },
    close: (handle, text, mark) => counted(metrics, platform, () => messenger.close(handle, text, mark)),
  };
}

async function counted<Result>(metrics: Metrics, vendor: PlatformName, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof PlatformError) metrics.countBy('vendor_errors', { vendor, kind: error.fault });
    throw error;
  }
}
