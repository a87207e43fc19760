/** The deployment that a label `io.drover.deployment` (`<deploymentId>.<round>`) names. */
export function deploymentIdOf(label: string): string {
  return label.replace(/\.\d+$/, '');
}
