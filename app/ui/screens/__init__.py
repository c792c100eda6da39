"""The screens of the window, one a module: they paint what a view-model says, and ask the session for changes.

The task detail is embedded as `detail.TaskDetail(theme, session, parent)`, a QWidget with `show_task(task)` ("" for
none), `focus_composer()` and the signal `closed` when its person closes it. It tells `session.here(…)` what is edited
in it, and goes back to `session.here("viewing", project, task)`.
"""
