import type { Command, CommandContext } from '../src/core/chat/command.ts';

async function showAccount({ turn, responder, services }: CommandContext): Promise<void> {
  await responder.acknowledge('private');
  await responder.reply({
    text: `Your ${services.brand.name} account: balance, receipts, plan, alerts, and your data. The link is a secret of yours; it works once, within 10 minutes.`,
    buttons: [{ label: 'Open my account', url: services.accountDoor.linkFor(turn.by) }],
  });
}

export const account: Command = {
  name: 'account',
  description: 'A private page with everything about your wallet',
  options: [],
  run: showAccount,
  actions: { account: showAccount },
};
