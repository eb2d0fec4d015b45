import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Diagram, type DiagramProps } from './diagram.ts'

/** The diagram as the text of an SVG file, for documents; pages mount the element itself. */
export const diagramFile = (props: DiagramProps): string => `${renderToStaticMarkup(createElement(Diagram, props))}\n`
