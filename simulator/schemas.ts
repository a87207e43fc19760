import { LAUNCH_CONFIG_FIELDS } from './launch-config-fields';
import { SERVICE_ACTIONS } from './state-machine';
import type { Base, Resource } from './views';

const STRATEGY_FIELDS: Resource = {
  batchSize: { type: 'int', create: true, update: false, nullable: true, min: 1, default: 1 },
  intervalMillis: { type: 'int', create: true, update: false, nullable: true, min: 100, default: 2000 },
  launchConfig: { type: 'launchConfig', create: true, update: false, nullable: true },
  secondaryLaunchConfigs: { type: 'array[secondaryLaunchConfig]', create: true, update: false },
  startFirst: { type: 'boolean', create: true, update: false, default: false },
};

const KNOWN = [
  'service',
  'loadBalancerService',
  'dnsService',
  'externalService',
  'launchConfig',
  'secondaryLaunchConfig',
  'inServiceUpgradeStrategy',
  'serviceUpgrade',
  'serviceRestart',
  'rollingRestartStrategy',
  'stack',
  'environment',
] as const;

/** The part of a schema that clients look at: names of fields and actions. */
export function schemaOf(id: string, base: Base): Resource | null {
  const name = KNOWN.find((known) => known.toLowerCase() === id.toLowerCase());
  if (name === undefined) return null;
  const service = name.toLowerCase().endsWith('service');
  return {
    id: name,
    type: 'schema',
    links: { self: `${base.url}/schemas/${name.toLowerCase()}` },
    actions: {},
    pluralName: `${name}s`,
    resourceFields: fieldsOf(name),
    collectionFilters: {},
    includeableLinks: [],
    resourceActions: service
      ? Object.fromEntries(
          SERVICE_ACTIONS.filter((action) => base.version !== 'v1' || action !== 'continueupgrade').map((action) => [
            action,
            { input: action === 'upgrade' ? 'serviceUpgrade' : null, output: name },
          ]),
        )
      : {},
    collectionActions: {},
    collectionMethods: ['GET', 'POST'],
    resourceMethods: ['GET', 'PUT', 'DELETE'],
    baseType: 'schema',
  };
}

function fieldsOf(name: (typeof KNOWN)[number]): Resource {
  switch (name) {
    case 'inServiceUpgradeStrategy':
      return STRATEGY_FIELDS;
    case 'launchConfig':
    case 'secondaryLaunchConfig':
      return Object.fromEntries(
        Object.entries(LAUNCH_CONFIG_FIELDS).flatMap(([kind, fields]) =>
          fields.map((field) => [field, { type: kind, create: kind !== 'serverOnly', nullable: true }]),
        ),
      );
    default:
      return {};
  }
}
