import { flag, requiredText } from '../arguments.ts';
import { type Method, teamUser } from './method.ts';

/** Source: https://docs.slack.dev/reference/methods/users.info */
const info: Method = {
  tier: 4,
  scopes: ['users:read'],
  handle(call) {
    const user = teamUser(call, requiredText(call.args, 'user', 'user_not_found'), 'user_not_found');
    const team = call.world.store.team(user.teamId);
    return {
      user: {
        id: user.id,
        team_id: user.teamId,
        name: user.name,
        real_name: user.name,
        deleted: user.deactivated,
        tz: 'Etc/UTC',
        tz_label: 'Coordinated Universal Time',
        tz_offset: 0,
        profile: { real_name: user.name, display_name: user.name, team: user.teamId },
        is_bot: user.isBot,
        is_app_user: false,
        is_admin: false,
        is_owner: false,
        is_restricted: false,
        is_ultra_restricted: false,
        ...(flag(call.args, 'include_locale') && { locale: user.locale }),
        ...(team.enterpriseId && {
          enterprise_user: {
            id: user.id,
            enterprise_id: team.enterpriseId,
            enterprise_name: team.name,
            is_admin: false,
            is_owner: false,
            teams: [team.id],
          },
        }),
      },
    };
  },
};

/** Source: https://docs.slack.dev/reference/methods/auth.test */
const authTest: Method = {
  tier: 'special',
  scopes: [],
  handle({ world, install }) {
    const team = world.store.team(install.teamId);
    return {
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      team_id: team.id,
      user: world.store.user(install.botUserId).name,
      user_id: install.botUserId,
      bot_id: install.botId,
      is_enterprise_install: false,
      ...(team.enterpriseId && { enterprise_id: team.enterpriseId }),
    };
  },
};

export const userMethods: Record<string, Method> = { 'users.info': info, 'auth.test': authTest };
