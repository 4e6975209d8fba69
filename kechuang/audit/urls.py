from django.urls import path

from kechuang.audit.pages import packs, people, samples, tasks

app_name = "audit"
urlpatterns = [
    path("", tasks.tasks, name="tasks"),
    path("looked-at", tasks.looked_at, name="looked_at"),
    path("tasks/new", tasks.new_task, name="new_task"),
    path("tasks/<str:task_id>", tasks.task, name="task"),
    path("tasks/<str:task_id>/use", tasks.use_task, name="use_task"),
    path("tasks/<str:task_id>/close", tasks.close_task, name="close_task"),
    path("tasks/<str:task_id>/looks", tasks.looks, name="looks"),
    path("tasks/<str:task_id>/people", people.people, name="people"),
    path("tasks/<str:task_id>/people/<str:person_id>", people.person, name="person"),
    path("tasks/<str:task_id>/samples/new", samples.new_sample, name="new_sample"),
    path("tasks/<str:task_id>/packs/new", packs.new_pack, name="new_pack"),
    path("samples/<str:sample_id>", samples.sample, name="sample"),
    path("samples/<str:sample_id>/freeze", samples.freeze, name="freeze"),
    path("samples/<str:sample_id>/draw", samples.draw, name="draw"),
    path("samples/<str:sample_id>/conclude", samples.conclude, name="conclude"),
    path("samples/<str:sample_id>/file", samples.published, name="published"),
    path("sheets/<str:sheet_id>", samples.sheet, name="sheet"),
    path("packs/<str:pack_id>", packs.pack, name="pack"),
    path("packs/<str:pack_id>/download", packs.download, name="download"),
]
