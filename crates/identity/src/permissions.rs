//! Roles and what they permit, in one table.

use db::kinds::Role;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See threads that are shared with them.
    ReadThreads,
    /// Begin threads and write in them.
    WriteThreads,
    /// Upload files, rename and delete them.
    WriteFiles,
    /// Ask models.
    UseModels,
    /// Make and change assistants.
    WriteAssistants,
    /// Ask for numbers and see where they come from.
    ReadBusiness,
    /// Tasks, workflows, and saying yes to an action.
    Act,
    /// Connect sources of business data, and set what they are for.
    ManageBusiness,
    /// See who belongs to the workspace.
    ReadMembers,
    /// Invite, change roles, remove.
    ManageMembers,
    /// Name, house style, default model.
    ManageWorkspace,
    /// The workspace's provider keys.
    ManageKeys,
    /// What everybody in the workspace used.
    ReadUsage,
    /// Who did what.
    ReadAudit,
    /// How the work goes: figures over time, parts and their state.
    ReadMonitor,
    /// What looks wrong: see it, settle it, set what is watched.
    ManageAlerts,
    /// How much may be spent.
    ManageBudgets,
    /// Open somebody's thread for a stated reason, which its owner is told.
    BreakGlass,
    /// What only an owner may do.
    OwnWorkspace,
    /// The installation itself.
    AdministerInstance,
}

struct Rule {
    name: &'static str,
    /// The least role; none: it does not come with a role.
    least: Option<Role>,
    /// An API token needs the scope `admin` for it.
    administration: bool,
}

const fn rule(name: &'static str, least: Role) -> Rule {
    Rule {
        name,
        least: Some(least),
        administration: false,
    }
}

const fn administration(name: &'static str, least: Option<Role>) -> Rule {
    Rule {
        name,
        least,
        administration: true,
    }
}

/// How much a role may: a greater number may more.
pub(crate) const fn rank(role: Role) -> u8 {
    match role {
        Role::Guest => 0,
        Role::Member => 1,
        Role::Admin => 2,
        Role::Owner => 3,
    }
}

impl Permission {
    const ALL: [Self; 20] = [
        Self::ReadThreads,
        Self::WriteThreads,
        Self::WriteFiles,
        Self::UseModels,
        Self::WriteAssistants,
        Self::ReadBusiness,
        Self::Act,
        Self::ManageBusiness,
        Self::ReadMembers,
        Self::ManageMembers,
        Self::ManageWorkspace,
        Self::ManageKeys,
        Self::ReadUsage,
        Self::ReadAudit,
        Self::ReadMonitor,
        Self::ManageAlerts,
        Self::ManageBudgets,
        Self::BreakGlass,
        Self::OwnWorkspace,
        Self::AdministerInstance,
    ];

    const fn rule(self) -> Rule {
        match self {
            Self::ReadThreads => rule("threads.read", Role::Guest),
            Self::WriteThreads => rule("threads.write", Role::Member),
            Self::WriteFiles => rule("files.write", Role::Member),
            Self::UseModels => rule("models.use", Role::Member),
            Self::WriteAssistants => rule("assistants.write", Role::Member),
            Self::ReadBusiness => rule("business.read", Role::Member),
            Self::Act => rule("business.act", Role::Member),
            Self::ManageBusiness => administration("business.manage", Some(Role::Admin)),
            Self::ReadMembers => rule("members.read", Role::Member),
            Self::ManageMembers => administration("members.manage", Some(Role::Admin)),
            Self::ManageWorkspace => administration("workspace.manage", Some(Role::Admin)),
            Self::ManageKeys => administration("keys.manage", Some(Role::Admin)),
            Self::ReadUsage => administration("usage.read", Some(Role::Admin)),
            Self::ReadAudit => administration("audit.read", Some(Role::Admin)),
            Self::ReadMonitor => administration("monitor.read", Some(Role::Admin)),
            Self::ManageAlerts => administration("alerts.manage", Some(Role::Admin)),
            Self::ManageBudgets => administration("budgets.manage", Some(Role::Admin)),
            Self::BreakGlass => administration("threads.open", Some(Role::Owner)),
            Self::OwnWorkspace => administration("workspace.own", Some(Role::Owner)),
            Self::AdministerInstance => administration("instance.administer", None),
        }
    }

    /// Its name, as `GET /auth/me` lists it.
    pub const fn name(self) -> &'static str {
        self.rule().name
    }

    /// Whether an API token needs the scope `admin` for it.
    pub const fn is_administration(self) -> bool {
        self.rule().administration
    }

    /// Whether somebody with this role may.
    pub const fn comes_with(self, role: Role, is_instance_admin: bool) -> bool {
        match self.rule().least {
            Some(least) => rank(role) >= rank(least),
            None => is_instance_admin,
        }
    }

    /// Everything that somebody may do.
    pub fn list(role: Role, is_instance_admin: bool) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|p| p.comes_with(role, is_instance_admin))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_lesser_one_may_and_more() {
        let of = |role| Permission::list(role, false);
        let ladder = [
            of(Role::Guest),
            of(Role::Member),
            of(Role::Admin),
            of(Role::Owner),
        ];
        for pair in ladder.windows(2) {
            assert!(pair[0].iter().all(|p| pair[1].contains(p)));
            assert!(pair[0].len() < pair[1].len());
        }
        assert_eq!(ladder[0], [Permission::ReadThreads]);
        assert!(!ladder[1].contains(&Permission::ManageMembers));
        assert!(!ladder[2].contains(&Permission::OwnWorkspace));
    }

    #[test]
    fn the_installation_is_not_a_matter_of_roles() {
        assert!(!Permission::AdministerInstance.comes_with(Role::Owner, false));
        assert!(Permission::AdministerInstance.comes_with(Role::Guest, true));
    }

    #[test]
    fn names_differ() {
        let mut names: Vec<_> = Permission::ALL.map(Permission::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Permission::ALL.len());
    }
}
