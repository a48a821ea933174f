from tests import make
from tests.web.browsing import counted
from certflow.services import documents, recognitions
def test_count(app, client):
    with app.app_context():
        d=make.dossier('recognised_level_1'); ids=[p.id for p in documents.of_dossier(d)]
        for i in ids: documents.issue(i)
        make.commit(); code=recognitions.of_dossier(d).verify_code
        r=make.round_(); off=make.person_for('commune_officer',d); make.people(); ap=off.appointments[0].id
    def run(c, paths):
        for p in paths:
            c.get(p)
            with counted(app) as s: a=c.get(p)
            print(len(s), a.status_code, p, len(a.data))
    adm=app.test_client()
    with app.app_context(): make.sign_in(adm, make.person('administrator'))
    run(adm,['/rounds/','/rounds/new',f'/rounds/{r.id}',f'/rounds/{r.id}/close','/people/','/people/?q=a',f'/people/{off.id}','/people/new',f'/people/{off.id}/appointments',f'/people/{off.id}/appointments?role=commune_officer&q=xuan',f'/appointments/{ap}/end','/rules/'])
    o=app.test_client()
    with app.app_context(): make.sign_in(o, off)
    run(o,['/rules/','/rules/criteria/learning_community_commune/1','/rules/schemes/dong_nai_commune_recognition/1',f'/documents/{ids[0]}',f'/documents/{ids[0]}/copy',f'/documents/{ids[0]}/file'])
    run(client,['/verify/',f'/verify/{code}',f'/verify/{code}/certificate','/verify/AAAA'])
