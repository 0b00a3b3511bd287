"""What schools call the things that DokStamp asks for, in the languages they write.

A guess is a suggestion on a form that somebody looks at before anything is read. The
words are compared without case, accents and what stands between them; whoever adds one
writes it as people do.
"""

import functools
import re
import unicodedata

# Letters that no accent makes of another one.
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# What Odoo and Studio put before the name of a field that is made by hand.
PREFIX = re.compile(r"^x_(studio_)?")

# Field of the registry → its words, those that say most first.
FIELD_WORDS = {
    "name": "name, title, designation, denomination, bezeichnung, titel, nombre, "
    "título, denominación, nom, intitulé, titre, désignation, nome, titolo, "
    "denominação, denominazione, naam, titel, benaming, navn, namn, nazwa, tytuł",
    # of a person, where a title is another thing
    "dokstamp.student.name": "full name, complete name, legal name, official name, "
    "name, vollständiger name, name vorname, vor- und nachname, nombre completo, "
    "nombre y apellidos, nombre, nom complet, nom et prénom, nom, nome completo, "
    "nome e cognome, nome, volledige naam, naam, fullt navn, navn, namn, "
    "imię i nazwisko",
    "first_name": "first name, given name, forename, vorname, primer nombre, nombres, "
    "prénom, primeiro nome, nome próprio, voornaam, fornavn, förnamn, imię",
    "last_name": "last name, family name, surname, nachname, familienname, apellidos, "
    "apellido, nom de famille, sobrenome, cognome, achternaam, etternavn, efternamn, "
    "nazwisko",
    "social_name": "social name, preferred name, rufname, "
    "nombre social, nom social, nom d'usage, nome social, roepnaam",
    "code": "code, ref, reference, number, no, identifier, short name, key, sku, "
    "kürzel, kuerzel, kennung, nummer, kursnummer, código, referencia, número, "
    "numéro, référence, sigle, sigla, referência, codice, riferimento, numero, "
    "kod, numer, kode",
    "email": "email, e-mail address, mail, email from, work email, login, e-mail, "
    "mailadresse, correo, correo electrónico, dirección de correo, courriel, "
    "adresse e-mail, adresse électronique, endereço de e-mail, correio eletrônico, "
    "indirizzo e-mail, posta elettronica, e-mailadres, adres e-mail",
    "date_of_birth": "date of birth, birth date, birthday, born on, dob, birth, "
    "geburtsdatum, geburtstag, geboren am, fecha de nacimiento, nacimiento, "
    "date de naissance, naissance, né le, data de nascimento, nascimento, "
    "data di nascita, nascita, geboortedatum, data urodzenia, fødselsdato, "
    "födelsedatum",
    "start_date": "start date, date start, start, starts on, begin date, date begin, "
    "begin, date from, from date, beginn, startdatum, anfang, fecha de inicio, "
    "inicio, date de début, début, data de início, início, data di inizio, inizio, "
    "begindatum, data rozpoczęcia",
    "end_date": "end date, date end, end, ends on, date to, to date, until, finish, "
    "expected graduation, ende, enddatum, fecha de fin, fecha de término, fin, "
    "date de fin, data de término, data de fim, fim, término, data di fine, fine, "
    "einddatum, data zakończenia",
    "enrolled_at": "enrolled on, enrolled at, enrollment date, enrolment date, "
    "registration date, registered on, registered at, joined on, joined at, "
    "join date, admission date, date enrolled, start date, date start, start, "
    "einschreibedatum, eingeschrieben am, anmeldedatum, angemeldet am, beginn, "
    "fecha de inscripción, fecha de matrícula, date d'inscription, inscrit le, "
    "data de matrícula, data de inscrição, matriculado em, data di iscrizione, "
    "inschrijfdatum, data zapisu",
    "completed_at": "completed on, completed at, completion date, date completed, "
    "finished on, finished at, finish date, date done, done date, passed on, "
    "graduation date, graduated on, abschlussdatum, abgeschlossen am, "
    "fecha de finalización, fecha de conclusión, date d'achèvement, terminé le, "
    "date de réussite, data de conclusão, concluído em, data di completamento, "
    "afgerond op, data ukończenia",
    "completion_status": "completion status, status, state, stage, member status, "
    "result, outcome, progress, zustand, stand, ergebnis, estado, resultado, état, "
    "statut, résultat, situação, situation, stato, esito, toestand, stan",
    "status": "status, state, stage, zustand, stand, estado, état, statut, situação, "
    "stato, toestand, stan",
    "description": "description, content, summary, about, beschreibung, inhalt, "
    "descripción, contenido, contenu, descrição, conteúdo, descrizione, contenuto, "
    "omschrijving, beschrijving, opis",
    "syllabus": "syllabus, lehrplan, temario, programme détaillé, ementa, "
    "programma, leerplan, sylabus",
    "workload_hours": "workload hours, hours, workload, duration hours, total hours, "
    "number of hours, stunden, dauer in stunden, horas, carga horaria, heures, "
    "nombre d'heures, volume horaire, carga horária, ore, uren, godziny",
    "credits": "credits, ects, credit points, leistungspunkte, créditos, crédits, "
    "crediti, studiepunten, punkty ects",
    "area": "area, knowledge area, subject area, field of study, category, "
    "fachbereich, fachgebiet, bereich, kategorie, área, categoría, área de "
    "conocimiento, domaine, catégorie, área de conhecimento, categoria, settore, "
    "vakgebied, dziedzina",
    "version": "version, curriculum version, edition, fassung, versión, édition, "
    "versão, versione, versie, wersja",
    "modality": "modality, mode, delivery, delivery mode, format, lehrform, "
    "modalität, modalidad, modalité, modalidade, modalità, lesvorm",
    "level": "level, grade level, niveau, stufe, nivel, nível, livello, poziom",
    "order": "order, position, sequence, reihenfolge, orden, ordre, ordem, ordine, "
    "volgorde, kolejność",
    "is_required": "required, is required, compulsory, mandatory, pflicht, "
    "pflichtfach, obligatorio, obligatoire, obrigatório, obbligatorio, verplicht",
}
FIELD_WORDS["workload"] = FIELD_WORDS["workload_hours"]

# Kind of record → what schools call one: the relation that leads to it, and what stands
# before a word of its own, as in "course code".
KIND_WORDS = {
    "dokstamp.institution": "institution, school, university, schule, universität, "
    "escuela, universidad, école, établissement, escola, faculdade, scuola, school",
    "dokstamp.organization": "organization, organisation, department, faculty, "
    "campus, fachbereich, abteilung, fakultät, departamento, facultad, département, "
    "faculté, faculdade, dipartimento, afdeling",
    "dokstamp.course": "course, program, programme, training, study program, event, "
    "channel, kurs, lehrgang, studiengang, ausbildung, curso, formación, programa, "
    "cours, formation, corso, cursus, opleiding, kursus",
    "dokstamp.module": "module, subject, unit, lesson, modul, fach, lehreinheit, "
    "módulo, asignatura, materia, matière, disciplina, matéria, modulo, vak, "
    "przedmiot",
    "dokstamp.module.group": "group, section, semester, term, gruppe, abschnitt, "
    "grupo, semestre, groupe, gruppo, groep",
    "dokstamp.cohort": "cohort, batch, class, intake, group, session, kohorte, "
    "klasse, jahrgang, durchgang, cohorte, promoción, clase, promotion, classe, "
    "turma, coorte, klas, grupa",
    "dokstamp.student": "student, pupil, learner, person, people, participant, "
    "attendee, member, partner, contact, trainee, schüler, "
    "schülerin, studierende, teilnehmer, teilnehmerin, kontakt, alumno, alumna, "
    "estudiante, participante, contacto, persona, élève, étudiant, étudiante, "
    "apprenant, contact, aluno, aluna, estudante, contato, pessoa, studente, "
    "allievo, contatto, leerling, deelnemer, cursist, uczeń, uczestnik",
    "dokstamp.enrollment": "enrollment, enrolment, registration, membership, "
    "subscription, anmeldung, einschreibung, inscripción, matrícula, inscription, "
    "inscrição, iscrizione, inschrijving, zapis",
}

# A value of the registry → what schools call it.
VALUE_WORDS = {
    "enrolled": "enrolled, registered, running, ongoing, in progress, progress, "
    "joined, open, confirmed, active, started, studying, eingeschrieben, angemeldet, "
    "laufend, läuft, aktiv, bestätigt, inscrito, matriculado, en curso, cursando, "
    "activo, confirmado, inscrit, en cours, actif, confirmé, em andamento, ativo, "
    "iscritto, in corso, attivo, ingeschreven, lopend, actief, zapisany, w toku",
    "completed": "completed, complete, done, finished, passed, graduated, attended, "
    "succeeded, success, abgeschlossen, bestanden, fertig, beendet, teilgenommen, "
    "completado, finalizado, aprobado, terminado, graduado, asistió, terminé, "
    "achevé, réussi, validé, diplômé, concluído, aprovado, formado, completato, "
    "superato, concluso, promosso, afgerond, geslaagd, voltooid, ukończony, zaliczony",
    "dropped": "dropped, dropped out, cancelled, canceled, cancel, withdrawn, left, "
    "quit, abandoned, expelled, no show, abgebrochen, abgemeldet, storniert, "
    "ausgetreten, abandonado, abandonó, cancelado, retirado, baja, abandonné, "
    "annulé, retiré, désinscrit, desistente, desistiu, trancado, evadido, "
    "ritirato, annullato, abbandonato, gestopt, geannuleerd, uitgeschreven, "
    "rezygnacja, anulowany",
    "draft": "draft, new, in preparation, planned, not published, unpublished, "
    "entwurf, neu, geplant, borrador, nuevo, planificado, brouillon, nouveau, prévu, "
    "rascunho, novo, planejado, bozza, nuovo, concept, nieuw, szkic, nowy",
    "active": "active, published, open, running, offered, in progress, confirmed, "
    "aktiv, veröffentlicht, laufend, läuft, activo, publicado, abierto, en curso, "
    "actif, publié, ouvert, en cours, ativo, aberto, em andamento, attivo, pubblicato, "
    "aperto, actief, gepubliceerd, aktywny, opublikowany",
    "archived": "archived, closed, ended, finished, done, cancelled, canceled, "
    "discontinued, archiviert, geschlossen, beendet, eingestellt, archivado, cerrado, "
    "finalizado, cancelado, archivé, fermé, terminé, annulé, arquivado, encerrado, "
    "fechado, archiviato, chiuso, concluso, gearchiveerd, gesloten, zamknięty",
    "in_person": "in person, presential, classroom, on site, onsite, face to face, "
    "präsenz, vor ort, presencial, presentiel, en présentiel, in presenza, klassikaal",
    "online": "online, remote, distance, distance learning, e-learning, virtual, "
    "fernunterricht, en línea, a distancia, virtual, en ligne, à distance, "
    "distanciel, a distância, ead, a distanza, op afstand, zdalny",
    "hybrid": "hybrid, blended, mixed, hybride, gemischt, híbrido, semipresencial, "
    "hybride, mixte, ibrido, misto, hybrydowy",
}
VALUE_WORDS["presential"] = VALUE_WORDS["in_person"]
VALUE_WORDS["remote"] = VALUE_WORDS["online"]


def squashed(text):
    """A text without case, accents and what stands between its words.

    :rtype: str
    """
    plain = unicodedata.normalize("NFKD", (text or "").casefold().translate(PLAIN))
    return "".join(letter for letter in plain if letter.isalnum())


@functools.cache
def words_for(*keys):
    """The words of a field of the registry, squashed, those that say most first.

    :param keys: of `FIELD_WORDS`; the first that it has counts
    :rtype: tuple[str, ...]
    """
    return _squashed_words(next(filter(None, map(FIELD_WORDS.get, keys)), ""))


@functools.cache
def words_for_kind(entity):
    """As of `words_for`, of a kind of record."""
    return _squashed_words(KIND_WORDS.get(entity, ""))


@functools.cache
def words_for_value(value):
    """As of `words_for`, of a value of the registry."""
    return _squashed_words(VALUE_WORDS.get(value, ""))


def _squashed_words(words):
    return tuple(filter(None, dict.fromkeys(map(squashed, words.split(",")))))
