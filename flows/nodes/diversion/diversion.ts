import type { Dispatch, SignWithMessage } from '@clearway/contracts'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Diversion } from './corridor-signs.ts'

interface Settings extends NodeDef {
  reachM?: string
  aheadS?: string
  afterS?: string
}

/** Takes stream items of `dispatches` and `signs`; sends one message per sign that is to show something else. */
export default function register(RED: NodeAPI) {
  RED.nodes.registerType('diversion', function (this: Node, settings: Settings) {
    RED.nodes.createNode(this, settings)
    const diversion = new Diversion({
      reachM: Number(settings.reachM ?? 400),
      aheadS: Number(settings.aheadS ?? 120),
      afterS: Number(settings.afterS ?? 30),
    })
    this.on('input', (message, send, done) => {
      if (message.topic === 'signs') diversion.learn(message.payload as SignWithMessage)
      if (message.topic === 'dispatches') {
        for (const { sign, message: payload } of diversion.see(message.payload as Dispatch, Date.now())) {
          send({ sign, payload } as never)
        }
      }
      done()
    })
  })
}
