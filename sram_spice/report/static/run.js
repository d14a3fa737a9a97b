// Starts the charts of a page.
"use strict";
window.sramSpice.start();
