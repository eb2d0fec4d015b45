import { ClearwayError } from '@clearway/contracts'
import { CommanderError } from 'commander'
import { clearwayProgram } from './program.ts'

/** Exit codes of the outside contract: 0 success, 1 failure, 2 wrong usage. */
try {
  await clearwayProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end with 0; a command group without a command shows help and is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof ClearwayError) {
    console.error(`clearway: ${error.message}`)
    if (error.fields.length > 1) for (const { field, message } of error.fields) console.error(`  ${field}: ${message}`)
    process.exitCode = 1
  } else {
    console.error(error)
    process.exitCode = 1
  }
}
