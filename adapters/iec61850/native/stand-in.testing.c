/*
 * A stand-in for libiec61850's client, with the functions our binding uses and one small model behind them: no network, no MMS.
 * It is here so that the binding is tried where no libiec61850 is installed. The signatures are those of the public documentation.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef STAND_IN_VERSION
#define STAND_IN_VERSION "1.5.99"
#endif
#define DOMAIN "STANDLD0"

enum { ARRAY, STRUCTURE, BOOLEAN, BITS, INTEGER, UNSIGNED, FLOAT, OCTETS, VISIBLE, UTC = 14, BINARY = 10, FAILURE = 15 };

/* The model: a tree of names; a leaf has a type and its value as BER octets. */
typedef struct Node { char name[40]; int type, size, count, length; uint8_t ber[40]; struct Node *parts[12]; } Node;
/* A value: octets, an error, or a list of values. */
typedef struct Value { int type, error, count, length; uint8_t ber[512]; struct Value *items[8]; } Value;
typedef struct List { void *data; struct List *next; } List;
typedef void (*ReportHandler)(void *, void *);
typedef void (*Closed)(void *, void *);
typedef struct { char block[80], rptId[80]; ReportHandler handler; } Connection;
typedef struct { char object[80]; void (*handler)(void *, void *); struct { int ctlNum, error, addCause; } last; } Control;
typedef struct { char *domain, *item; int32_t index; char *component; } Member;
typedef struct { char *vendor, *model, *revision; } Identity;
typedef struct { Value *values, *entryId; } Report;
typedef struct { int ctlNum, error, addCause; } LastApplError;
typedef struct { uint8_t size, value[4]; } TSelector;
typedef struct { uint8_t size, value[16]; } SSelector, PSelector;

static Node root;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Connection *theConnection;
static uint8_t entries;

static Node *down(Node *from, const char *item, bool grow) {
    char text[160];
    char *rest;
    snprintf(text, sizeof text, "%s", item);
    for (char *part = strtok_r(text, "$", &rest); part != NULL; part = strtok_r(NULL, "$", &rest)) {
        Node *found = NULL;
        for (int i = 0; i < from->count; i++)
            if (strcmp(from->parts[i]->name, part) == 0) found = from->parts[i];
        if (found == NULL) {
            if (!grow) return NULL;
            found = calloc(1, sizeof *found);
            snprintf(found->name, sizeof found->name, "%s", part);
            found->type = STRUCTURE;
            from->parts[from->count++] = found;
        }
        from = found;
    }
    return from;
}

static void leaf(const char *item, int type, int size, const char *hex) {
    Node *node = down(&root, item, true);
    node->type = type;
    node->size = size;
    for (node->length = 0; hex[2 * node->length] != 0; node->length++)
        sscanf(hex + 2 * node->length, "%2hhx", &node->ber[node->length]);
}

static void control(const char *object, const char *ctlModel) {
    char item[120];
    const char *parts[][3] = {{"ctlVal", "2", "830100"}, {"origin$orCat", "4", "850100"}, {"origin$orIdent", "7", "8900"},
                              {"ctlNum", "5", "860100"}, {"T", "14", "91080000000000000000"}, {"Test", "2", "830100"},
                              {"Check", "3", "84020600"}};
    for (int i = 0; i < 7; i++) {
        snprintf(item, sizeof item, "GGIO1$CO$%s$Oper$%s", object, parts[i][0]);
        leaf(item, atoi(parts[i][1]), i == 6 ? 2 : 8, parts[i][2]);
    }
    snprintf(item, sizeof item, "GGIO1$ST$%s$stVal", object);
    leaf(item, BOOLEAN, 1, "830100");
    snprintf(item, sizeof item, "GGIO1$CF$%s$ctlModel", object);
    leaf(item, INTEGER, 8, ctlModel);
}

static void model(void) {
    if (root.count > 0) return;
    leaf("LLN0$DC$NamPlt$vendor", VISIBLE, 64, "8a085374616e64202049");
    const char *block[][3] = {{"RptID", "8", "8a0645766e745265"}, {"RptEna", "2", "830100"},
                              {"DatSet", "8", "8a145354414e444c44302f4c4c4e30244576656e7473"}, {"ConfRev", "5", "860101"},
                              {"OptFlds", "3", "8403067b80"}, {"BufTm", "5", "860100"}, {"SqNum", "5", "860100"},
                              {"TrgOps", "3", "84020264"}, {"IntgPd", "5", "860100"}, {"GI", "2", "830100"},
                              {"PurgeBuf", "2", "830100"}, {"EntryID", "7", "89080000000000000000"},
                              };
    for (int i = 0; i < 12; i++) {
        char item[80];
        snprintf(item, sizeof item, "LLN0$BR$brcbEvents01$%s", block[i][0]);
        leaf(item, atoi(block[i][1]), 8, block[i][2]);
    }
    control("SPCSO1", "850103");
    control("SPCSO2", "850101");
    control("SPCSO3", "850101");
    leaf("GGIO1$SP$Setting$setVal", INTEGER, 32, "85012a");
    leaf("GGIO1$MX$AnIn1$mag$f", FLOAT, 32, "87050841480000");
}

static int header(uint8_t *at, uint8_t tag, int length) {
    at[0] = tag;
    if (length < 128) { at[1] = (uint8_t) length; return 2; }
    at[1] = 0x82; at[2] = (uint8_t) (length >> 8); at[3] = (uint8_t) length;
    return 4;
}

static int encode(Node *node, uint8_t *at) {
    if (node->type != STRUCTURE) { memcpy(at, node->ber, node->length); return node->length; }
    uint8_t inside[512];
    int length = 0;
    for (int i = 0; i < node->count; i++) length += encode(node->parts[i], inside + length);
    int head = header(at, 0xa2, length);
    memcpy(at + head, inside, length);
    return head + length;
}

static Value *octets(const uint8_t *ber, int length) {
    static const int types[32] = {FAILURE, ARRAY, STRUCTURE, BOOLEAN, BITS, INTEGER, UNSIGNED, FLOAT, 0, OCTETS, VISIBLE, 0, BINARY, 0, 0, 0, 13, UTC};
    Value *value = calloc(1, sizeof *value);
    value->type = types[ber[0] & 31];
    memcpy(value->ber, ber, value->length = length);
    return value;
}

static Value *valueOf(Node *node) {
    uint8_t ber[512];
    if (node != NULL) return octets(ber, encode(node, ber));
    Value *value = calloc(1, sizeof *value);
    value->type = FAILURE;
    value->error = 10;
    return value;
}

static List *list(void) { return calloc(1, sizeof(List)); }

static void add(List *to, void *data) {
    while (to->next != NULL) to = to->next;
    to->next = list();
    to->next->data = data;
}

static void names(List *to, Node *node, const char *before) {
    for (int i = 0; i < node->count; i++) {
        char name[200];
        snprintf(name, sizeof name, "%s%s%s", before, *before ? "$" : "", node->parts[i]->name);
        add(to, strdup(name));
        names(to, node->parts[i], name);
    }
}

static Value *members(void) {
    Value *all = calloc(1, sizeof *all);
    all->items[all->count++] = valueOf(down(&root, "GGIO1$ST$SPCSO1$stVal", false));
    all->items[all->count++] = valueOf(down(&root, "GGIO1$MX$AnIn1$mag$f", false));
    return all;
}

/* What the library does on a thread of its own: terminations and reports come from there, while others wait for answers. */
static void *later(void *given) {
    Control *control = given;
    usleep(20000);
    if (control != NULL && control->handler != NULL) control->handler(NULL, control);
    Node *enabled = down(&root, "LLN0$BR$brcbEvents01$RptEna", false);
    if (theConnection != NULL && theConnection->handler != NULL && enabled->ber[2] != 0) {
        uint8_t id[] = {0x89, 8, 0, 0, 0, 0, 0, 0, 0, ++entries};
        Report report = {members(), octets(id, sizeof id)};
        theConnection->handler(NULL, &report);
    }
    return NULL;
}

static void soon(Control *control) {
    pthread_t thread;
    pthread_create(&thread, NULL, later, control);
    pthread_detach(thread);
}

const char *LibIEC61850_getVersionString(void) { return STAND_IN_VERSION; }
void *IedConnection_create(void) { model(); return calloc(1, sizeof(Connection)); }
void IedConnection_destroy(void *self) { free(self); }
void IedConnection_setConnectTimeout(void *self, uint32_t ms) {}
void IedConnection_setRequestTimeout(void *self, uint32_t ms) {}
void IedConnection_connect(void *self, int *error, const char *host, int port) {
    // An IED that never answers, and a library that waits for it.
    while (port == 2) pause();
    theConnection = self;
    *error = port == 1 ? 5 : 0;
}
void IedConnection_close(void *self) { theConnection = NULL; }
void *IedConnection_getMmsConnection(void *self) { return self; }
void IedConnection_installConnectionClosedHandler(void *self, Closed handler, void *parameter) {}
void IedConnection_installReportHandler(void *self, const char *block, const char *rptId, ReportHandler handler, void *parameter) {
    Connection *connection = self;
    snprintf(connection->block, sizeof connection->block, "%s", block);
    snprintf(connection->rptId, sizeof connection->rptId, "%s", rptId);
    if (strcmp(block, DOMAIN "/LLN0.BR.brcbEvents01") == 0) connection->handler = handler;
}
void *MmsConnection_getIsoConnectionParameters(void *self) { return self; }
void IsoConnectionParameters_setRemoteApTitle(void *self, const char *title, int qualifier) {}
void IsoConnectionParameters_setLocalApTitle(void *self, const char *title, int qualifier) {}
void IsoConnectionParameters_setRemoteAddresses(void *self, PSelector p, SSelector s, TSelector t) {
    if (t.size != 2 || t.value[1] != 1 || p.size != 4 || p.value[3] != 1) abort();
}
void IsoConnectionParameters_setLocalAddresses(void *self, PSelector p, SSelector s, TSelector t) {}
void IsoConnectionParameters_setAcseAuthenticationParameter(void *self, void *parameter) {}
void *AcseAuthenticationParameter_create(void) { return calloc(1, 16); }
void AcseAuthenticationParameter_setAuthMechanism(void *self, int mechanism) {}
void AcseAuthenticationParameter_setPassword(void *self, const char *password) {}

static Node *at(const char *domain, const char *item) { return strcmp(domain, DOMAIN) ? NULL : down(&root, item, false); }

Value *MmsConnection_readVariable(void *self, int *error, const char *domain, const char *item) {
    pthread_mutex_lock(&lock);
    Value *value = valueOf(at(domain, item));
    pthread_mutex_unlock(&lock);
    *error = 0;
    return value;
}
Value *MmsConnection_readNamedVariableListValues(void *self, int *error, const char *domain, const char *item, bool withSpec) {
    *error = 0;
    return members();
}
List *MmsConnection_readNamedVariableListDirectory(void *self, int *error, const char *domain, const char *item, bool *deletable) {
    *error = 0;
    if (strcmp(item, "LLN0$Events") != 0) { *error = 81; return NULL; }
    *deletable = false;
    static const char *items[] = {"GGIO1$ST$SPCSO1$stVal", "GGIO1$MX$AnIn1$mag$f"};
    List *all = list();
    for (int i = 0; i < 2; i++) {
        Member *member = calloc(1, sizeof *member);
        member->domain = strdup(DOMAIN);
        member->item = strdup(items[i]);
        member->index = -1;
        add(all, member);
    }
    return all;
}
int MmsConnection_writeVariable(void *self, int *error, const char *domain, const char *item, Value *value) {
    *error = 0;
    Node *node = at(domain, item);
    if (node == NULL) return 10;
    if (node->ber[0] != value->ber[0]) return 7;
    pthread_mutex_lock(&lock);
    memcpy(node->ber, value->ber, node->length = value->length);
    pthread_mutex_unlock(&lock);
    if (strstr(item, "$RptEna") != NULL && value->ber[2] != 0) soon(NULL);
    return -1;
}
Node *MmsConnection_getVariableAccessAttributes(void *self, int *error, const char *domain, const char *item) {
    Node *node = at(domain, item);
    *error = node == NULL ? 81 : 0;
    return node;
}
List *MmsConnection_getDomainNames(void *self, int *error) {
    List *all = list();
    *error = 0;
    add(all, strdup(DOMAIN));
    return all;
}
List *MmsConnection_getDomainVariableNames(void *self, int *error, const char *domain) {
    List *all = list();
    *error = 0;
    names(all, &root, "");
    return all;
}
List *MmsConnection_getDomainVariableListNames(void *self, int *error, const char *domain) {
    List *all = list();
    *error = 0;
    add(all, strdup("LLN0$Events"));
    return all;
}
Identity *MmsConnection_identify(void *self, int *error) {
    Identity *identity = calloc(1, sizeof *identity);
    *error = 0;
    *identity = (Identity) {"stand-in", "model of a test", "1"};
    return identity;
}
void MmsServerIdentity_destroy(void *self) { free(self); }

void *LinkedList_getNext(List *self) { return self->next; }
void *LinkedList_getData(List *self) { return self->data; }
void LinkedList_destroyStatic(List *self) {
    for (List *next; self != NULL; self = next) { next = self->next; free(self); }
}
void LinkedList_destroy(List *self) {
    for (List *one = self; one != NULL; one = one->next) free(one->data);
    LinkedList_destroyStatic(self);
}
void MmsVariableAccessSpecification_destroy(Member *self) { free(self->domain); free(self->item); free(self); }

int MmsVariableSpecification_getType(Node *self) { return self->type; }
int MmsVariableSpecification_getSize(Node *self) { return self->type == STRUCTURE ? self->count : self->size; }
int MmsVariableSpecification_getExponentWidth(Node *self) { return 8; }
const char *MmsVariableSpecification_getName(Node *self) { return self->name; }
Node *MmsVariableSpecification_getChildSpecificationByIndex(Node *self, int index) { return self->parts[index]; }
Node *MmsVariableSpecification_getArrayElementSpecification(Node *self) { return NULL; }
void MmsVariableSpecification_destroy(Node *self) {}

int MmsValue_getType(Value *self) { return self->type; }
int MmsValue_getDataAccessError(Value *self) { return self->error; }
int MmsValue_getArraySize(Value *self) { return self->count; }
Value *MmsValue_getElement(Value *self, int index) { return self->items[index]; }
int MmsValue_encodeMmsData(Value *self, uint8_t *buffer, int at, bool encode) {
    if (encode) memcpy(buffer + at, self->ber, self->length);
    return at + self->length;
}
Value *MmsValue_decodeMmsData(uint8_t *buffer, int at, int length, int *end) {
    *end = length;
    return octets(buffer + at, length - at);
}
void MmsValue_delete(Value *self) {
    for (int i = 0; i < self->count; i++) MmsValue_delete(self->items[i]);
    free(self);
}

const char *ClientReport_getRptId(Report *self) { return theConnection->rptId; }
Value *ClientReport_getDataSetValues(Report *self) { return self->values; }
int ClientReport_getReasonForInclusion(Report *self, int index) { return index == 0 ? 1 : 0; }
bool ClientReport_hasReasonForInclusion(Report *self) { return true; }
bool ClientReport_hasSeqNum(Report *self) { return true; }
uint16_t ClientReport_getSeqNum(Report *self) { return entries; }
bool ClientReport_hasTimestamp(Report *self) { return true; }
uint64_t ClientReport_getTimestamp(Report *self) { return 1795219200000ull + entries; }
bool ClientReport_hasDataSetName(Report *self) { return true; }
const char *ClientReport_getDataSetName(Report *self) { return DOMAIN "/LLN0$Events"; }
bool ClientReport_hasBufOvfl(Report *self) { return true; }
bool ClientReport_getBufOvfl(Report *self) { return false; }
bool ClientReport_hasConfRev(Report *self) { return true; }
uint32_t ClientReport_getConfRev(Report *self) { return 1; }
Value *ClientReport_getEntryId(Report *self) { return self->entryId; }

void *ControlObjectClient_create(const char *object, void *connection) {
    Control *self = calloc(1, sizeof *self);
    snprintf(self->object, sizeof self->object, "%s", object);
    return self;
}
void ControlObjectClient_destroy(void *self) {}
int ControlObjectClient_getControlModel(void *self) { return 3; }
void ControlObjectClient_setOrigin(void *self, const char *identification, int category) {
    if (category != 3 || strcmp(identification, "test") != 0) abort();
}
void ControlObjectClient_setTestMode(void *self, bool on) {}
void ControlObjectClient_setInterlockCheck(void *self, bool on) {}
void ControlObjectClient_setSynchroCheck(void *self, bool on) {}
bool ControlObjectClient_select(void *self) { return true; }
bool ControlObjectClient_selectWithValue(void *self, Value *value) { return true; }
bool ControlObjectClient_operate(Control *self, Value *value, uint64_t when) {
    if (strstr(self->object, "SPCSO2") != NULL) { self->last.error = 1; self->last.addCause = 10; return false; }
    if (strstr(self->object, "SPCSO3") != NULL) raise(11);
    pthread_mutex_lock(&lock);
    memcpy(down(&root, "GGIO1$ST$SPCSO1$stVal", false)->ber, value->ber, value->length);
    pthread_mutex_unlock(&lock);
    soon(self);
    return true;
}
bool ControlObjectClient_cancel(void *self) { return true; }
LastApplError ControlObjectClient_getLastApplError(Control *self) {
    return (LastApplError) {self->last.ctlNum, self->last.error, self->last.addCause};
}
void ControlObjectClient_setCommandTerminationHandler(Control *self, void (*handler)(void *, void *), void *parameter) { self->handler = handler; }
