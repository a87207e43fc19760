/**
 * The label `io.drover.deployment`: `<deploymentId>.<round>@<installation>`. The installation is the Temporal namespace that the deployment
 * lives in, by its id: just within it there is one deployment of a service at a time. Labels without one were written by nobody who knew his.
 */

/** The deployment that a label names. */
export function deploymentIdOf(label: string): string {
  return roundLabelOf(label).replace(/\.\d+$/, '');
}

/** The installation that a label names; null where it names none. */
export function installationOf(label: string): string | null {
  const at = label.indexOf('@');
  return at < 0 ? null : label.slice(at + 1);
}

/** `<deploymentId>.<round>` with the installation that it is of; as it is where that is not known. */
export function labelWithInstallation(label: string, installation: string | undefined): string {
  return installation === undefined ? label : `${label}@${installation}`;
}

/**
 * A label as the deployments of one installation see it: their own without the installation, so that it is compared with what they posted;
 * another installation's whole, so that it is nobody's here, even where it was made from the same request.
 */
export function labelSeenBy(installation: string | undefined, label: string): string {
  return installation !== undefined && installationOf(label) === installation ? roundLabelOf(label) : label;
}

function roundLabelOf(label: string): string {
  const at = label.indexOf('@');
  return at < 0 ? label : label.slice(0, at);
}
