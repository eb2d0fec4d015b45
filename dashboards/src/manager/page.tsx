import { Desk } from '../shell/desk.tsx'
import '../shell/shell.css'
import { startPage } from '../shell/start-page.tsx'
import '../map/map.css'
import { ComponentTheme } from './component-theme.tsx'
import { Manager } from './manager.tsx'
import './manager.css'
import './review/review.css'

startPage(
  <Desk title="manager">
    {(data) => (
      <ComponentTheme>
        <Manager {...data} />
      </ComponentTheme>
    )}
  </Desk>,
)
