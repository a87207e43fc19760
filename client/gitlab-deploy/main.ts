#!/usr/bin/env node
import { runProcess } from '../cli/run-process';
import { runDialect } from './run-dialect';

runProcess((io) => runDialect(process.argv.slice(2), io));
