import { parse, stringify } from 'yaml';
import type { Redact } from './redact';

/** In the place of what is not shown. */
const NOT_SHOWN = '(not shown)';
/** Settings of which the values are shown: what they say is no secret. All others are named, and their values left out. */
const SHOWN: ReadonlySet<string> = new Set(
  `image scale start_on_create ports expose links external_links depends_on volumes volumes_from volume_driver network_mode restart
  tty stdin_open privileged pid ipc cap_add cap_drop cpu_shares cpuset mem_limit memswap_limit mem_reservation read_only devices user
  working_dir stop_signal init health_check upgrade_strategy scale_policy drain_timeout_ms retain_ip lb_config version`.split(
    /\s+/,
  ),
);
/** Within those: free text, which may be anything. */
const FREE_TEXT: ReadonlySet<string> = new Set(['request_line', 'config']);
/** Rancher's own labels say where containers go, and how. */
const OWN_LABEL = 'io.rancher.';

/**
 * A compose file of Rancher's as it may be shown: every service and every setting by its name; the values of variables, of labels that are
 * not Rancher's, of commands and of whatever else may hold a secret are left out.
 *
 * @param redact takes what the services' variables hold out of the rest
 */
export function shownCompose(text: string, redact: Redact): string {
  const content: unknown = parse(text);
  if (!isMapping(content)) return '';
  const services = content['services'];
  const shown = isMapping(services)
    ? { ...shownMapping(content, 'services', redact), services: shownServices(services, redact) }
    : shownServices(content, redact);
  return stringify(shown, { lineWidth: 0, singleQuote: true, indentSeq: false });
}

function shownMapping(content: Mapping, but: string, redact: Redact): Mapping {
  const others = Object.entries(content).filter(([name]) => name !== but);
  return Object.fromEntries(others.map(([name, value]) => [name, shownSetting(name, value, redact)]));
}

function shownServices(services: Mapping, redact: Redact): Mapping {
  const all = Object.entries(services).map(([service, settings]) => [
    service,
    isMapping(settings) ? shownMapping(settings, '', redact) : NOT_SHOWN,
  ]);
  return Object.fromEntries(all) as Mapping;
}

function shownSetting(name: string, value: unknown, redact: Redact): unknown {
  if (name === 'image') return typeof value === 'string' ? value : NOT_SHOWN;
  if (SHOWN.has(name)) return within(value, redact);
  if (!isMapping(value)) return Array.isArray(value) ? value.map(() => NOT_SHOWN) : NOT_SHOWN;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      name === 'labels' && key.startsWith(OWN_LABEL) ? within(one, redact) : NOT_SHOWN,
    ]),
  );
}

function within(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one: unknown) => within(one, redact));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, FREE_TEXT.has(key) ? NOT_SHOWN : within(one, redact)]),
  );
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
