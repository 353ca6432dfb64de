import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { usageText } from '../src/core/usage/usage-text.ts';

async function showUsage({ turn, responder, services }: CommandContext): Promise<void> {
  await responder.acknowledge('private');
  await responder.reply({
    text: usageText(await services.usage.of(turn.by)),
    buttons: [
      { label: 'Balance', action: 'balance' },
      { label: 'Plan', action: 'plan' },
    ],
  });
}

export const usage: Command = {
  name: 'usage',
  description: 'What you have used, by day and by model, and how long your tokens last',
  options: [],
  run: showUsage,
  actions: { usage: showUsage },
};
