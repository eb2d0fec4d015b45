#!/usr/bin/env node
import { run } from './bootstrap.mjs'

run('bin/clearway.ts', process.argv.slice(2))
