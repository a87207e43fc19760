export { planUpgrade } from './plan-upgrade';
export { upgradeService } from './upgrade-service';
