/* modules/curses/library.h: the functions and variables of ncurses that _curses and _curses_panel use. */
#ifndef ADDER_MODULES_CURSES_LIBRARY_H
#define ADDER_MODULES_CURSES_LIBRARY_H

#define NCURSES_NOMACROS                /* each name below is a function, also those that the header has as macros */
#define CURSES_MODULE                   /* we are what py_curses.h gives others access to */
#include <Python.h>
#include <py_curses.h>
#include <panel.h>

#include "modules/clib.h"

#undef is_pad
#undef is_leaveok
#undef getbkgd
#undef curses_version
int setupterm(const char *term, int fd, int *error);        /* <term.h> has it between macros named like variables */

#define NC_FUNCTIONS(F) \
    F(COLOR_PAIR) F(PAIR_NUMBER) \
    F(baudrate) F(beep) F(can_change_color) F(cbreak) F(clearok) F(copywin) F(curs_set) F(curses_version) F(def_prog_mode) \
    F(def_shell_mode) F(delay_output) F(delwin) F(derwin) F(doupdate) F(echo) F(endwin) F(erasechar) F(extended_color_content) \
    F(extended_pair_content) F(filter) F(flash) F(flushinp) F(getattrs) F(getbegx) F(getbegy) F(getbkgd) F(getcurx) F(getcury) \
    F(getmaxx) F(getmaxy) F(getmouse) F(getparx) F(getpary) F(getwin) F(halfdelay) F(has_colors) F(has_ic) F(has_il) F(has_key) \
    F(idcok) F(idlok) F(immedok) F(init_extended_color) F(init_extended_pair) F(initscr) F(intrflush) F(is_leaveok) \
    F(is_linetouched) F(is_pad) F(is_term_resized) F(is_wintouched) F(isendwin) F(keyname) F(keypad) F(killchar) F(leaveok) \
    F(longname) F(meta) F(mouseinterval) F(mousemask) F(mvderwin) F(mvwin) F(napms) F(newpad) F(newwin) F(nl) F(nocbreak) \
    F(nodelay) F(noecho) F(nonl) F(noqiflush) F(noraw) F(notimeout) F(overlay) F(overwrite) F(pechochar) F(pnoutrefresh) \
    F(prefresh) F(putp) F(putwin) F(qiflush) F(raw) F(redrawwin) F(reset_prog_mode) F(reset_shell_mode) F(resetty) F(resize_term) \
    F(resizeterm) F(savetty) F(scroll) F(scrollok) F(set_escdelay) F(set_tabsize) F(setcchar) F(setupterm) F(start_color) F(subpad) \
    F(subwin) F(syncok) F(termattrs) F(termname) F(tigetflag) F(tigetnum) F(tigetstr) F(touchwin) F(tparm) F(typeahead) F(unctrl) \
    F(unget_wch) F(ungetch) F(ungetmouse) F(untouchwin) F(use_default_colors) F(use_env) F(wadd_wch) F(waddch) F(waddnstr) F(waddnwstr) \
    F(wattroff) F(wattron) F(wattrset) F(wbkgd) F(wbkgdset) F(wborder) F(wchgat) F(wclear) F(wclrtobot) F(wclrtoeol) F(wcursyncup) \
    F(wdelch) F(wdeleteln) F(wechochar) F(wenclose) F(werase) F(wget_wch) F(wgetch) F(wgetnstr) F(whline) F(winch) F(winnstr) \
    F(wins_nwstr) F(winsch) F(winsdelln) F(winsertln) F(winsnstr) F(wmove) F(wnoutrefresh) F(wredrawln) F(wrefresh) F(wresize) \
    F(wscrl) F(wsetscrreg) F(wstandend) F(wstandout) F(wsyncdown) F(wsyncup) F(wtimeout) F(wtouchln) F(wvline)
#define NC_VARIABLES(F) F(acs_map) F(newscr) F(stdscr) F(COLORS) F(COLOR_PAIRS) F(COLS) F(ESCDELAY) F(LINES) F(TABSIZE)
#define PANEL_FUNCTIONS(F) \
    F(bottom_panel) F(del_panel) F(hide_panel) F(move_panel) F(new_panel) F(panel_above) F(panel_below) F(panel_hidden) \
    F(panel_userptr) F(replace_panel) F(set_panel_userptr) F(show_panel) F(top_panel) F(update_panels)

/* The variables' members are pointers to them. */
struct nc_table { NC_FUNCTIONS(CLIB_MEMBER) NC_VARIABLES(CLIB_MEMBER) };
struct panel_table { PANEL_FUNCTIONS(CLIB_MEMBER) };
extern struct nc_table nc;              /* filled in by the import of _curses */
extern struct panel_table pn;           /* filled in by the import of _curses_panel */

#define NC_TEXT_OF(x) #x
#define NC_TEXT(x) NC_TEXT_OF(x)
#define NC_FILE(library) library ".so." NC_TEXT(NCURSES_VERSION_MAJOR)

#endif
